"""Names of files by template: safe everywhere, and never all the same."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.renditions import name_templates as naming
from portal.renditions.name_templates import BadTemplate


@pytest.mark.parametrize(
    ("template", "name"),
    [
        ("{gtin}_{view}_{lang}", "09521234500049_front_de.jpg"),
        ("{gtin}_A{facing}C1", "09521234500049_A1C1.jpg"),
        ("{brand}-{name}-v{version}", "norrvik-pantry-oat_muesli_front-v4.jpg"),
    ],
)
def test_example(template, name):
    assert naming.example(template) == name


@pytest.mark.parametrize(
    ("facts", "name"),
    [
        ({"gtin": "1", "view": "front", "lang": ""}, "1_front.jpg"),
        ({"gtin": "1"}, "1.jpg"),
        ({"view": "front"}, None),
        ({"gtin": "../../etc/passwd"}, "etc_passwd.jpg"),
        ({"gtin": "a b:c?d"}, "a_b_c_d.jpg"),
        ({"gtin": "con"}, "file-con.jpg"),
        ({"gtin": "LPT1.x"}, "file-LPT1.x.jpg"),
    ],
)
def test_what_a_file_lacks(facts, name):
    assert naming.render("{gtin}_{view}_{lang}", facts, "jpg") == name


@pytest.mark.parametrize(
    ("template", "code", "part"),
    [
        ("{gtin", "syntax", ""),
        ("{gtin}_{colour}", "field", "colour"),
        ("{gtin!r}", "field", "gtin"),
        ("{gtin.__class__}", "field", "gtin.__class__"),
        ("{gtin:>20}", "field", "gtin"),
        ("{}", "field", ""),
        ("{gtin}/{view}", "sign", "/"),
        ("{gtin} {view}", "sign", " "),
        ("{view}_{lang}", "same", ""),
        ("picture", "same", ""),
        ("", "same", ""),
    ],
)
def test_template_that_cannot_make_safe_names(template, code, part):
    with pytest.raises(BadTemplate) as caught:
        naming.parts(template)

    assert (caught.value.code, caught.value.part) == (code, part)


@given(gtin=st.text(max_size=300), view=st.text(max_size=20), extension=st.text(max_size=6))
def test_whatever_the_facts_a_name_is_safe(gtin, view, extension):
    name = naming.render("{gtin}_{view}", {"gtin": gtin, "view": view}, extension)

    if name is not None:
        assert re.fullmatch(r"[\w.-]+", name)
        assert len(name) <= 140
        assert not name.startswith(".")
