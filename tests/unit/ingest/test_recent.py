"""Where did an event go that came in lately, and is it one that is sent again?"""

from datetime import UTC, datetime

from ingest.store.recent import Part, Place, Recent, Whereabouts

AT = datetime(2026, 11, 24, 10, tzinfo=UTC)


def remember(recent: Recent, *parts: Part) -> None:
    names = {name: None for part in parts for name in part.names}
    recent.add_all(names, Whereabouts(AT, parts))


def part(*ids: str, partition: int = 0, offsets: "list[int | None] | range") -> Part:
    return Part(partition, [("shop", one) for one in ids], [f"c_{one}" for one in ids], offsets)


def test_each_event_of_a_request_is_found_where_it_went() -> None:
    recent = Recent()
    remember(recent, part("a", "b", offsets=range(7, 9)), part("c", "d", partition=3, offsets=[4, None]))
    places = [recent.get(("shop", one)) for one in "abcde"]
    assert places == [
        Place("c_a", 0, 7, AT),
        Place("c_b", 0, 8, AT),
        Place("c_c", 3, 4, AT),
        Place("c_d", 3, None, AT),
        None,
    ]


def test_only_the_same_source_and_id_is_known() -> None:
    recent = Recent()
    remember(recent, part("a", offsets=range(1)))
    asked = {("shop", "a"): 1, ("web", "a"): 1, ("shop", "b"): 1}
    assert recent.known(asked.keys()) == {("shop", "a")}
    assert recent.known({("shop", "b"): 1}.keys()) == set()


def test_the_elder_generation_is_still_known_and_the_one_before_is_forgotten() -> None:
    recent = Recent(generation=2)
    for number, ids in enumerate(("ab", "cd", "ef")):
        remember(recent, part(*ids, offsets=range(number, number + 2)))
    assert recent.known({("shop", one): 1 for one in "abcdef"}.keys()) == {("shop", one) for one in "cdef"}
    assert recent.get(("shop", "d")) == Place("c_d", 0, 2, AT)
