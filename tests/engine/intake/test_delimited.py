"""Delimited text: no row is lost or merged in silence, and what is no such text is named."""

import json
import os

import pytest

from engine.errors import EhyaError
from engine.intake import read_register
from engine.intake.limits import MAX_CELL_CHARACTERS


def read(tmp_path, content, name="r.csv"):
    (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_register(tmp_path / name)


def refusal(tmp_path, content, name="r.csv"):
    with pytest.raises(EhyaError) as error:
        read(tmp_path, content, name)
    return error.value.code.value, error.value.facts


def test_a_row_longer_than_the_header_is_refused_with_its_number(tmp_path):
    intake = read(tmp_path, "Unit name,County,Bank debt (million rial)\nA,Khoy,1,250\nB,Khoy,900\nC,Khoy,2,400,300\n")
    assert intake.units["name"].tolist() == ["B"]
    assert intake.rejected_rows[["row", "code"]].values.tolist() == [
        [2, "longer_than_header"],
        [4, "longer_than_header"],
    ]
    assert intake.rejected_rows["facts"][1] == {"sheet": "r", "row": 4, "cells": 5, "headings": 3}
    assert intake.rows_read == 3


def test_blank_headings_and_blank_cells_at_the_end_are_no_longer_rows(tmp_path):
    intake = read(tmp_path, "Unit name,County,,\nA,Khoy,1,\nB,Khoy,,,\n")
    assert intake.units["name"].tolist() == ["A", "B"]


def test_an_unclosed_mark_is_left_out_with_a_remark_and_no_row_is_lost(tmp_path):
    lines = ["Unit name,County,Product,Jobs now", "A,Khoy,flour,5", '"B,Khoy,pipe,7', "C,Khoy,leather,9"]
    intake = read(tmp_path, "\n".join([*lines, 'D,Khoy,"flour, starch",11', "E,Khoy,tiles,13\n"]))
    assert intake.units["name"].tolist() == ["A", "B", "C", "D", "E"]
    assert intake.units["jobs_now"].tolist() == [5, 7, 9, 11, 13]
    assert intake.notes[["row", "field", "code"]].values.tolist() == [[3, "name", "quote_not_closed"]]


def test_a_mark_that_closes_two_rows_later_swallows_none(tmp_path):
    intake = read(tmp_path, 'Unit name,County,Jobs now\nA,Khoy,"1\nB,Khoy,2\nC,Khoy,3"\nD,Khoy,4\n')
    assert intake.units["name"].tolist() == ["A", "B", "C", "D"]


def test_a_text_of_several_lines_stays_one_cell(tmp_path):
    intake = read(tmp_path, 'Unit name,County,Notes,Jobs now\nA,Khoy,"one\ntwo\nthree, four",1\nB,Khoy,x,2\n')
    assert intake.units["jobs_now"].tolist() == [1, 2]
    assert intake.notes.empty


def test_a_text_in_the_persian_code_page_is_read(tmp_path):
    intake = read(
        tmp_path, "نام واحد,شهرستان,محصول\nالف,خوي,CNCکاري\nب,خوي,آرد\n".replace("ی", "ي").encode("windows-1256")
    )
    assert intake.units["name"].tolist() == ["الف", "ب"]


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("Firma,County,Ürün\nGıda Şirketi,Khoy,Çağdaş\n".encode("windows-1254"), 1),
        ("Name,County,Ort\nMüller,Khoy,x\nBäcker,Khoy,y\n".encode("windows-1252"), 3),
        ("نام واحد,شهرستان\nالف نمونه,خوی\nب نمونه,".encode() + b"\xd8,\n", 3),
        ("نام واحد,شهرستان\nالف,خوی\n".encode().decode("windows-1252", "replace").encode(), 1),
    ],
)
def test_an_uncertain_code_page_is_refused_with_its_line(tmp_path, content, line):
    code, facts = refusal(tmp_path, content)
    assert (code, facts["line"]) == ("encoding_uncertain", line)
    assert facts["word"]


def test_markup_that_calls_itself_a_workbook_is_named(tmp_path):
    html = "<html><body><table><tr><td>Unit name</td></tr></table></body></html>"
    assert refusal(tmp_path, html, "r.xls")[1]["format"] == "HTML"
    assert refusal(tmp_path, "\ufeff<table><tr><td>x</td></tr></table>", "r.xls")[1]["format"] == "HTML"
    assert refusal(tmp_path, "<?xml version='1.0'?><Workbook/>", "r.xls")[1]["format"] == "XML"


def test_records_one_on_each_line_are_read_and_a_broken_line_is_named(tmp_path):
    lines = [json.dumps({"Unit name": name, "County": "Khoy", "Jobs now": jobs}) for name, jobs in (("A", 1), ("B", 2))]
    assert read(tmp_path, "\n".join(lines), "r.jsonl").units["jobs_now"].tolist() == [1, 2]
    code, facts = refusal(tmp_path, "\n".join([*lines, '{"Unit name": "C"', lines[0]]), "r.jsonl")
    assert (code, facts["line"]) == ("line_unreadable", 3)


def test_the_properties_of_a_map_are_the_columns(tmp_path):
    point = {"type": "Point", "coordinates": [44.9, 38.5]}
    shape = {"type": "Polygon", "coordinates": []}
    features = [
        {"type": "Feature", "properties": {"Unit name": name, "County": "Khoy"}, "geometry": place}
        for name, place in (("A", point), ("B", shape), ("C", None))
    ]
    intake = read(tmp_path, json.dumps({"type": "FeatureCollection", "features": features}), "r.geojson")
    assert intake.units["name"].tolist() == ["A", "B", "C"]
    assert "longitude|number|44.9" in intake.units["extras"].iloc[0]
    assert "Polygon" in intake.units["extras"].iloc[1]


@pytest.mark.parametrize("quoted", [True, False])
def test_a_cell_that_no_spreadsheet_holds_is_refused_with_the_limit(tmp_path, quoted):
    mark = '"' if quoted else ""
    text = f"Unit name,County\nA,{mark}{'x' * (MAX_CELL_CHARACTERS + 1)}{mark}\n"
    code, facts = refusal(tmp_path, text)
    assert (code, facts["limit"], facts["allowed"]) == ("file_over_limit", "cell_characters", MAX_CELL_CHARACTERS)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "r.csv")
    with pytest.raises(EhyaError) as error:
        read_register(tmp_path / "r.csv")
    assert error.value.code == "not_a_regular_file"
