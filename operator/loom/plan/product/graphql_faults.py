"""The first thing that is wrong with a GraphQL schema, found in a time that a tenant cannot make long.

The library's own `validate_sdl` and `validate_schema` go on after a fault, and look for what was perhaps meant among all names of the
document: a small one, full of faults, took hours. This module is imported late, with the library.
"""

from collections.abc import Collection

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    build_ast_schema,
    visit,
)
from graphql.language import Node, ParallelVisitor, TypeDefinitionNode, TypeExtensionNode
from graphql.type.validate import SchemaValidationContext
from graphql.validation import SDLValidationContext
from graphql.validation.specified_rules import specified_sdl_rules

MOST = 20_000_000
"""Characters of interfaces that are held against the types that implement them, at most: seconds of work."""


class _Written(SDLValidationContext):
    @property
    def hide_suggestions(self) -> bool:
        return True


class _Built(SchemaValidationContext):
    def report_error(self, message: str, nodes: Node | Collection[Node | None] | None = None) -> None:
        super().report_error(message, nodes)
        raise self.errors[0]


def checked(tree: DocumentNode) -> GraphQLSchema:
    """The schema that a document writes down. Raises GraphQLError for the first fault."""
    _refuse_unknown_extensions(tree)
    written = _Written(tree, None, _raise)
    visit(tree, ParallelVisitor([rule(written) for rule in specified_sdl_rules]))
    _refuse_webs(tree)
    schema = build_ast_schema(tree, assume_valid_sdl=True)
    built = _Built(schema)
    built.validate_root_types()
    built.validate_directives()
    built.validate_types()
    return schema


def _raise(fault: GraphQLError) -> None:
    raise fault


def _refuse_unknown_extensions(tree: DocumentNode) -> None:
    """The library's rule of these guesses at names whatever its context says."""
    there = {one.name.value for one in tree.definitions if isinstance(one, TypeDefinitionNode)}
    for one in tree.definitions:
        if isinstance(one, TypeExtensionNode) and one.name.value not in there:
            raise GraphQLError(f"Cannot extend type '{one.name.value}' because it is not defined.", one.name)


def _refuse_webs(tree: DocumentNode) -> None:
    """Each interface is held against all that implement it: short lists of both make long work."""
    kinds = (InterfaceTypeDefinitionNode, ObjectTypeDefinitionNode)
    lengths = {one.name.value: _length(one) for one in tree.definitions if isinstance(one, InterfaceTypeDefinitionNode)}
    left = MOST
    for one in tree.definitions:
        if isinstance(one, kinds):
            left -= sum(lengths.get(named.name.value, 0) for named in one.interfaces or ())
        if left < 0:
            raise GraphQLError("Its types implement too many, or too long, interfaces.", one)


def _length(node: InterfaceTypeDefinitionNode) -> int:
    return node.loc.end - node.loc.start if node.loc else 0
