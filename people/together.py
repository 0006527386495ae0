"""Together: the models of a migration made in one step.

Django draws every model that is related to the one at hand anew after each operation.  Here nearly every model is
related to every other, so that a hundred operations in a row take a minute; together they take a second.
"""

from collections.abc import Iterable, Sequence

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.operations.fields import FieldOperation
from django.db.migrations.operations.models import CreateModel, IndexOperation, ModelOperation
from django.db.migrations.state import ProjectState


class Together(Operation):
    """Operations on models that all begin among them: each table is made once, in its final form."""

    reduces_to_sql = True
    reversible = True

    def __init__(self, operations: Sequence[Operation]) -> None:
        self.operations = list(operations)

    @property
    def names(self) -> list[str]:
        """The models that are made, in order."""
        return [operation.name for operation in self.operations if isinstance(operation, CreateModel)]

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """The models as they are after all operations, drawn when somebody looks."""
        state.__dict__.pop("apps", None)
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        for name in self.names:
            model = to_state.apps.get_model(app_label, name)
            if model._meta.can_migrate(schema_editor.connection):  # not views, not proxies
                schema_editor.create_model(model)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        for name in reversed(self.names):
            model = from_state.apps.get_model(app_label, name)
            if model._meta.can_migrate(schema_editor.connection):  # not views, not proxies
                schema_editor.delete_model(model)

    def describe(self) -> str:
        return f"Create {len(self.names)} models together"


def schema(operations: Iterable[Operation]) -> list[Operation]:
    """Of the operations of some migrations those that shape models, one by one: what a squashed one makes together."""
    found: list[Operation] = []
    for operation in operations:
        if isinstance(operation, Together):
            found += schema(operation.operations)
        elif isinstance(operation, ModelOperation | FieldOperation | IndexOperation):
            found.append(operation)
    return found
