"""What Django's querysets can ask that it does not bring along."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Field, ForeignKey, Lookup


@ForeignKey.register_lookup
@Field.register_lookup
class AnyOf(Lookup):
    """
    ``column__any=values``: as ``__in``, with all the values in one array.

    ``__in`` writes a parameter for each value, which Django, the driver and PostgreSQL's parser each handle singly; for
    a thousand of them that takes longer than finding the rows.
    """

    lookup_name = "any"

    def get_prep_lookup(self) -> list[Any]:
        """Return the values as the column stores them."""
        field = self.lhs.output_field
        values: Iterable[Any] = self.rhs
        return [field.get_prep_value(value) for value in values]

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """Return the condition and its parameters."""
        column, parameters = self.process_lhs(compiler, connection)
        return f"{column} = ANY(%s)", (*parameters, self.rhs)
