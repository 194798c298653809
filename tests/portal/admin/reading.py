"""Reading pages as somebody in front of them would."""

import csv
import html
import io
import re


def words(response) -> str:
    """Return the words of a page's main part, without mark-up."""
    text = response.content.decode()
    main = text[text.index("<main") : text.index("</main>")]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main)).split())


def rows(response) -> list[str]:
    """Return what names each row of a list."""
    found = re.findall(r'<th scope="row"[^>]*>(.*?)</th>', response.content.decode(), re.DOTALL)
    return [" ".join(html.unescape(re.sub(r"<[^>]+>", " ", cell)).split()) for cell in found]


def table(response) -> list[list[str]]:
    """Return the rows of a CSV answer, headings first."""
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))
