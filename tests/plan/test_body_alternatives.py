"""Which changes of alternatives break callers: `oneOf`, `anyOf`, `allOf`, discriminators and null, in documents as people write them."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from loom.plan.product.bodies import of_document, packed
from loom.plan.product.body_changes import MOST, broken

Schema = dict[str, Any]
TEXT, WHOLE, NUMBER, NULL = {"type": "string"}, {"type": "integer"}, {"type": "number"}, {"type": "null"}


def ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def thing(*required: str, **properties: Schema) -> Schema:
    return {"type": "object", "required": list(required), "properties": properties}


SHOP: Schema = {
    "openapi": "3.0.3",
    "info": {"title": "Payments", "version": "1.4.0"},
    "paths": {
        "/payments": {
            "post": {
                "operationId": "pay",
                "requestBody": {"content": {"application/json": {"schema": ref("Payment")}}},
                "responses": {"201": {"content": {"application/json": {"schema": ref("Receipt")}}}},
            }
        }
    },
    "components": {
        "schemas": {
            "Payment": thing("amount", "means", amount=NUMBER, means=ref("Means")),
            "Means": {
                "oneOf": [ref("Card"), ref("Transfer"), ref("Voucher")],
                "discriminator": {
                    "propertyName": "kind",
                    "mapping": {"card": "#/components/schemas/Card", "sepa": "#/components/schemas/Transfer"},
                },
            },
            "Card": thing("kind", "number", kind=TEXT, number=TEXT, holder=TEXT),
            "Transfer": thing("kind", "iban", kind=TEXT, iban=TEXT),
            "Voucher": thing("kind", kind=TEXT, code=TEXT),
            "Receipt": {
                "allOf": [
                    ref("Stamped"),
                    thing("id", id=TEXT, refund={"anyOf": [ref("Refund"), {"type": "string", "nullable": True}]}),
                ]
            },
            "Stamped": thing("at", at={"type": "string", "format": "date-time"}),
            "Refund": thing("reason", reason=TEXT),
        }
    },
}


def said(before: Schema, after: Schema) -> list[str]:
    return [sentence for _, sentence in broken(of_document(packed(before)), of_document(packed(after)))]


def after(change: Callable[[Schema], Any], shop: Schema = SHOP) -> list[str]:
    """What is said of a shop after a change of its schemas."""
    changed = copy.deepcopy(shop)
    change(changed["components"]["schemas"])
    return said(shop, changed)


def test_the_same_document_breaks_nobody() -> None:
    assert after(lambda schemas: schemas) == []


def test_an_alternative_that_is_not_taken_any_more_is_told_by_the_value_that_callers_send() -> None:
    assert after(lambda schemas: schemas["Means"]["oneOf"].pop(1)) == [
        "means of the body is not taken as kind sepa any more"
    ]


def test_an_alternative_without_a_mapped_value_is_told_by_its_schema() -> None:
    assert after(lambda schemas: schemas["Means"]["oneOf"].pop()) == [
        "means of the body is not taken as kind Voucher any more"
    ]


def test_another_alternative_that_is_taken_breaks_nobody() -> None:
    def more(schemas: Schema) -> None:
        schemas["Cash"] = thing("kind", kind=TEXT)
        schemas["Means"]["oneOf"].append(ref("Cash"))

    assert after(more) == []


def test_another_alternative_that_is_answered_breaks_who_reads_it() -> None:
    def more(schemas: Schema) -> None:
        schemas["Dispute"] = thing("case", case=TEXT)
        schemas["Receipt"]["allOf"][1]["properties"]["refund"]["anyOf"].append(ref("Dispute"))

    assert after(more) == ["refund of answer 201 may be Dispute, which it was not"]


def test_an_alternative_that_is_not_answered_any_more_breaks_nobody() -> None:
    assert after(lambda schemas: schemas["Receipt"]["allOf"][1]["properties"]["refund"]["anyOf"].pop(0)) == []


def test_a_change_in_an_alternative_is_told_with_the_alternative() -> None:
    assert after(lambda schemas: schemas["Card"]["required"].append("cvc")) == [
        "means(kind card).cvc of the body is needed"
    ]


def test_a_value_of_a_discriminator_that_is_called_otherwise_is_a_value_that_is_gone() -> None:
    def rename(schemas: Schema) -> None:
        mapping = schemas["Means"]["discriminator"]["mapping"]
        mapping["creditCard"] = mapping.pop("card")

    assert after(rename) == ["means of the body is not taken as kind card any more"]


def test_another_discriminator_asks_for_another_property() -> None:
    told = after(lambda schemas: schemas["Means"]["discriminator"].update(propertyName="method"))
    assert told == [f"means of the body is not taken as kind {value} any more" for value in ("card", "sepa", "Voucher")]


def test_a_discriminator_that_is_new_asks_for_its_property() -> None:
    def open_first(schemas: Schema) -> None:
        del schemas["Means"]["discriminator"]
        schemas["Voucher"] = thing(code=TEXT)

    before = copy.deepcopy(SHOP)
    open_first(before["components"]["schemas"])
    told = said(before, SHOP)
    assert told == ["means of the body is not taken as Voucher any more"], "it could be sent without a kind"


def test_a_schema_of_another_name_that_takes_the_same_is_as_good() -> None:
    def rename(schemas: Schema) -> None:
        schemas["CardPayment"] = schemas.pop("Card")
        schemas["Means"]["oneOf"][0] = ref("CardPayment")

    plain = copy.deepcopy(SHOP)
    del plain["components"]["schemas"]["Means"]["discriminator"]
    assert after(rename, plain) == []


def sent(before: Schema, changed: Schema, **schemas: Schema) -> list[str]:
    return said(_about(before, TEXT, schemas), _about(changed, TEXT, schemas))


def read(before: Schema, changed: Schema, **schemas: Schema) -> list[str]:
    return said(_about(TEXT, before, schemas), _about(TEXT, changed, schemas))


def _about(asked: Schema, answered: Schema, schemas: Schema) -> Schema:
    content = {"application/json": {"schema": asked}}
    answers = {"200": {"content": {"application/json": {"schema": answered}}}}
    return {
        "openapi": "3.1.0",
        "paths": {"/x": {"post": {"requestBody": {"content": content}, "responses": answers}}},
        "components": {"schemas": schemas},
    }


A, B = thing("a", a=TEXT), thing("b", b=WHOLE)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"oneOf": [TEXT, NULL]}, {"type": ["string", "null"]}),
        ({"oneOf": [TEXT, NULL]}, {"type": "string", "nullable": True}),
        ({"anyOf": [ref("A"), NULL]}, {"nullable": True, "allOf": [ref("A")]}),
        ({"anyOf": [ref("A"), ref("B")]}, {"oneOf": [ref("B"), ref("A")]}),
        ({"anyOf": [ref("A"), ref("B"), NULL]}, {"oneOf": [ref("A"), ref("B")], "nullable": True}),
        ({"oneOf": [ref("A")]}, ref("A")),
        ({"allOf": [ref("A"), ref("B")]}, thing("a", "b", a=TEXT, b=WHOLE)),
        ({"oneOf": [{"oneOf": [ref("A"), TEXT]}, ref("B")]}, {"oneOf": [ref("A"), ref("B"), TEXT]}),
        ({"enum": ["x"]}, {"const": "x"}),
    ],
)
def test_two_spellings_of_one_thing_break_nobody(one: Schema, other: Schema) -> None:
    schemas = {"A": A, "B": B}
    for before, changed in ((one, other), (other, one)):
        assert sent(before, changed, **schemas) == []
        assert read(before, changed, **schemas) == []


@pytest.mark.parametrize(
    ("before", "changed", "sentence"),
    [
        ({"oneOf": [TEXT, WHOLE]}, WHOLE, "the body is not taken as string any more"),
        ({"oneOf": [ref("A"), ref("B")]}, ref("A"), "the body is not taken as B any more"),
        ({"oneOf": [ref("A"), NULL]}, ref("A"), "the body is not taken as null any more"),
        ({"nullable": True, "allOf": [ref("A")]}, ref("A"), "the body is object where it was null, object"),
        ({"type": ["string", "null"]}, {"oneOf": [TEXT, WHOLE]}, "the body is not taken as null any more"),
        ({"oneOf": [A, TEXT]}, {"oneOf": [B, TEXT]}, "the body is not taken as object with a any more"),
        (ref("A"), {"allOf": [ref("A"), ref("B")]}, "b of the body is needed"),
        (
            {"allOf": [{"type": "string", "maxLength": 9}]},
            {"allOf": [{"type": "string", "maxLength": 9}, {"maxLength": 5}]},
            "the body takes less: maxLength is 5 where it was 9",
        ),
        (thing(a=TEXT), {"allOf": [thing(a=TEXT), thing(a={"enum": ["x"]})]}, ""),
        ({"enum": ["x", "y"]}, {"const": "x"}, "the body does not take y any more"),
    ],
)
def test_what_is_taken_no_more_is_told(before: Schema, changed: Schema, sentence: str) -> None:
    assert sent(before, changed, A=A, B=B) == ([sentence] if sentence else [])


@pytest.mark.parametrize(
    ("before", "changed", "sentence"),
    [
        (WHOLE, {"oneOf": [TEXT, WHOLE]}, "answer 200 may be string, which it was not"),
        (ref("A"), {"oneOf": [ref("A"), ref("B")]}, "answer 200 may be B, which it was not"),
        (ref("A"), {"oneOf": [ref("A"), NULL]}, "answer 200 may be null, which it was not"),
        (ref("A"), {"allOf": [ref("A")], "nullable": True}, "answer 200 is null, object where it was object"),
        (
            {"oneOf": [ref("A"), ref("B")]},
            {"oneOf": [thing("c", c=TEXT), ref("B")]},
            "answer 200 may be object with c, which it was not",
        ),
        ({"allOf": [ref("A"), ref("B")]}, ref("A"), "b of answer 200 is gone"),
    ],
)
def test_what_is_answered_and_was_not_is_told(before: Schema, changed: Schema, sentence: str) -> None:
    assert read(before, changed, A=A, B=B) == [sentence]


def event(kind: str, **properties: Schema) -> Schema:
    return thing("type", type={"type": "string", "enum": [kind]}, **properties)


def test_alternatives_with_a_value_of_their_own_are_known_by_it_without_a_discriminator() -> None:
    before = {"oneOf": [event("created", by=TEXT), event("paid", by=TEXT)]}
    changed = {"oneOf": [event("created", by=TEXT), event("settled", by=TEXT)]}
    assert read(before, changed) == ["answer 200 may be type settled, which it was not"]
    assert sent(before, changed) == ["the body is not taken as type paid any more"]
    lesser = {"oneOf": [event("paid", by=TEXT), event("created")]}
    assert read(before, lesser) == ["(type created).by of answer 200 is gone"]


def test_alternatives_in_alternatives_keep_the_value_that_tells_them_apart() -> None:
    told = {"propertyName": "type"}
    inner = {"oneOf": [ref("Call"), ref("Answer")], "discriminator": told}
    schemas = {
        name: thing("type", "id", type={"const": name.lower()}, id=TEXT) for name in ("Call", "Answer", "Message")
    }
    before = {"oneOf": [ref("Message"), ref("Inner")], "discriminator": told}
    assert sent(before, before, Inner=inner, **schemas) == []
    lesser = {**inner, "oneOf": [ref("Call")]}
    gone = said(_about(before, TEXT, {"Inner": inner, **schemas}), _about(before, TEXT, {"Inner": lesser, **schemas}))
    assert gone == ["the body is not taken as type Answer any more"]


def test_two_alternatives_of_one_name_stand_for_one_another_only_as_they_are() -> None:
    blur, fading = event("blur", radius=NUMBER), event("blur", radius=NUMBER, end=NUMBER)
    before = {"oneOf": [{"oneOf": [blur, fading]}, event("shadow", color=TEXT)]}
    assert read(before, before) == []
    other = {"oneOf": [{"oneOf": [blur, event("blur", start=NUMBER)]}, event("shadow", color=TEXT)]}
    assert len(read(before, other)) == 1


def test_heirs_of_a_schema_with_a_discriminator_are_its_alternatives() -> None:
    def pets(*names: str) -> Schema:
        heirs = {name: {"allOf": [{"$ref": "#/definitions/Pet"}, thing(sound=TEXT)]} for name in names}
        pet = {**thing("petType", petType=TEXT), "discriminator": "petType"}
        body = {"in": "body", "name": "pet", "schema": {"$ref": "#/definitions/Pet"}}
        answer = {"200": {"description": "ok", "schema": {"$ref": "#/definitions/Pet"}}}
        return {
            "swagger": "2.0",
            "paths": {"/pets": {"post": {"parameters": [body], "responses": answer}}},
            "definitions": {"Pet": pet, **heirs},
        }

    assert said(pets("Cat", "Dog"), pets("Cat", "Dog")) == []
    assert said(pets("Cat", "Dog"), pets("Cat")) == ["the body is not taken as petType Dog any more"]
    assert said(pets("Cat"), pets("Cat", "Dog")) == ["answer 200 may be petType Dog, which it was not"]


def test_an_alternative_that_refers_to_what_has_it_is_itself() -> None:
    """As generators write it: the whole lists its heirs, and each of them begins with the whole."""

    def animals(*names: str, **cat: Schema) -> Schema:
        whole = {
            **thing("kind", kind=TEXT),
            "oneOf": [ref(name) for name in names],
            "discriminator": {"propertyName": "kind"},
        }
        heirs = {name: {"allOf": [ref("Animal"), thing(**(cat if name == "Cat" else {}))]} for name in names}
        return _about(ref("Animal"), ref("Animal"), {"Animal": whole, **heirs})

    assert said(animals("Cat", "Dog", meow=TEXT), animals("Cat", "Dog", meow=TEXT)) == []
    assert said(animals("Cat", "Dog", meow=TEXT), animals("Cat", "Dog")) == ["(kind Cat).meow of answer 200 is gone"]
    assert "the body is not taken as kind Dog any more" in said(animals("Cat", "Dog"), animals("Cat"))


@pytest.mark.parametrize(
    "schema",
    [
        {"oneOf": [ref("Round"), TEXT]},
        {"oneOf": []},
        {"anyOf": "nonsense", "discriminator": 7},
        {"oneOf": [{}], "discriminator": {"propertyName": 3, "mapping": []}},
        {"allOf": [{"oneOf": [7]}], "type": "object"},
    ],
)
def test_circles_of_alternatives_and_nonsense_say_nothing(schema: Schema) -> None:
    round_ = {"oneOf": [ref("Round"), {"anyOf": [ref("Round")]}]}
    assert sent(schema, schema, Round=round_) == []
    assert sent(A, schema, Round=round_) == []
    assert read(schema, A, Round=round_) == []


def test_a_tree_whose_nodes_are_leaves_or_trees_is_compared_once() -> None:
    def tree(leaf: Schema) -> Schema:
        node = {"oneOf": [ref("Leaf"), thing("children", children={"type": "array", "items": ref("Node")})]}
        return _about(ref("Node"), TEXT, {"Node": node, "Leaf": thing("value", value=leaf)})

    assert said(tree(WHOLE), tree(NUMBER)) == []
    assert said(tree(NUMBER), tree(WHOLE)) == ["(Leaf).value of the body is integer where it was number"]


def test_alternatives_that_are_made_to_take_long_do_not() -> None:
    """Every schema is one of all schemas, none of which has a name that the other document knows."""

    def maze(letter: str, wide: int) -> Schema:
        names = [f"{letter}{number}" for number in range(wide)]
        schemas = {
            name: {
                "oneOf": [
                    thing("x", x={"oneOf": [ref(other) for other in names]}, **{f"{name}{n}": TEXT for n in range(20)}),
                    A,
                ]
            }
            for name in names
        }
        return _about(ref(names[0]), ref(names[0]), schemas)

    before, changed = (of_document(packed(maze(letter, 90))) for letter in "pq")
    looked = 0

    class Counted(dict[str, Any]):
        def get(self, key: str, default: Any = None) -> Any:
            nonlocal looked
            looked += 1
            return super().get(key, default)

    for bodies in (before, changed):
        for body in bodies.values():
            schemas = body.root["components"]["schemas"]
            schemas.update({name: Counted(one) for name, one in schemas.items()})
    list(broken(before, changed))
    assert looked < MOST * 20
