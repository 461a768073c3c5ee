"""The housing system's files for the tests: the document's examples with fictitious people, and generated files."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal

from drs_simulator.housing_files.records import Header, HousingFile, OrderCreate, ScheduledItem
from hypothesis import strategies as st

# Appendix A, example 1, with blank lines between the records as it is printed there.
FIRST = """'HEADER','387176','01/04/2021','07:56'

'ORDER-CREATE','0000','L835574','38950180','100 Days','01-Apr-2021 07:56','19-Aug-2021 07:56','0','Fit lock to \
postbox. A.Nobody has ordered','XAJ','19-Aug-2021 07:56','','00387176','0',' ','MS A NOBODY','01632960001',' ','. NB \
- ','1'

'SCHEDULED-ITEMS','0000','L835574','Joiner','0','N390917','   1.00','  12.57','1','00399189'

'TRAILER','387176','4'
"""
# Examples 2 and 3.
SECOND = """'HEADER','387177','01/04/2021','08:42'
'ORDER-CREATE','0000','L835575','52200990','3 Days','01-Apr-2021 08:42','06-Apr-2021 08:42','0','EMAIL REPAIR - \
AVAILABLE ANY PM when bath empties, cracked external pipe leaks bath water everywhere 01632 960002 mw','MXW',\
'06-Apr-2021 08:42','','00387177','0',' ','MIS B NOBODY','01632960002',' ','. NB - ','1'
'SCHEDULED-ITEMS','0000','L835575','Plumber','0','N601125','   1.00','  18.47','1','00399190'
'TRAILER','387177','4'
"""
THIRD = """'HEADER','387178','01/04/2021','08:45'
'ORDER-CREATE','0000','L835576','33691260','100 Days','01-Apr-2021 08:45','19-Aug-2021 08:45','0','RENEW BATH, FIT \
METHVEN, TILE AND FIT BATH PANEL - 100 DAY - AS PER A NOBODY','GBR','19-Aug-2021 08:45','','00387178','0',' ',\
'MIS C NOBODY','01632960003',' ','. NB - ','1'
'SCHEDULED-ITEMS','0000','L835576','Plumber','0','N630945','   1.00','  44.94','1','00399191'
'TRAILER','387178','4'
"""
EXAMPLES = (FIRST, SECOND, THIRD)

# The content of the first example.
PARSED = HousingFile(
    Header(387176, date(2021, 4, 1), time(7, 56)),
    OrderCreate(
        number="L835574",
        location_id="38950180",
        priority="100 Days",
        raised=datetime.fromisoformat("2021-04-01T07:56"),
        target_date=datetime.fromisoformat("2021-08-19T07:56"),
        comments="Fit lock to postbox. A.Nobody has ordered",
        user_id="XAJ",
        due=datetime.fromisoformat("2021-08-19T07:56"),
        file_reference=387176,
        contact_name="MS A NOBODY",
        phone="01632960001",
    ),
    (ScheduledItem("Joiner", "N390917", Decimal("1.00"), Decimal("12.57"), 1, 399189),),
)


def with_number(number: str) -> bytes:
    """The first example, as an order of that number."""
    return FIRST.replace("L835574", number).encode()


def with_items(*items: ScheduledItem) -> HousingFile:
    return replace(PARSED, items=items)


_texts = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff"))
_texts_with_breaks = st.one_of(_texts, st.text(" ab',\"\n\r\t"))
_needed = _texts.filter(str.strip)
_numbers = st.integers(0, 10**18 - 1)
_amounts = st.decimals(0, 999999, places=2)
_moments = st.datetimes(datetime.fromisoformat("1900-01-01"), datetime.fromisoformat("2999-12-31")).map(
    lambda at: at.replace(second=0, microsecond=0)
)
_items = st.builds(
    ScheduledItem,
    trade=_texts,
    sor_code=_needed,
    quantity=_amounts,
    value=_amounts,
    item_number=_numbers,
    reference=_numbers,
    workflow_type=_texts,
    unexplained_5=_texts,
)
_orders = st.builds(
    OrderCreate,
    number=_needed,
    location_id=_needed,
    priority=_needed,
    raised=_moments,
    target_date=_moments,
    comments=_texts_with_breaks,
    user_id=_needed,
    due=_moments,
    file_reference=_numbers,
    contract=_needed,
    workflow_type=_texts,
    contact_name=_texts_with_breaks,
    phone=_texts,
    notes=_texts_with_breaks,
    unexplained_12=_texts,
    unexplained_14=_texts,
    unexplained_15=_texts,
    unexplained_18=_texts,
    unexplained_20=_texts,
)
_headers = _moments.map(lambda at: (at.date(), at.time())).flatmap(
    lambda at: st.builds(Header, number=_numbers, day=st.just(at[0]), time=st.just(at[1]))
)
any_file = st.builds(
    HousingFile, header=_headers, order=_orders, items=st.lists(_items, min_size=1, max_size=5).map(tuple)
)
