#!/usr/bin/env python3
"""Counts what a CTest run did, as "passed failed skipped": every Catch2 test case counts, and a
program without test cases (a fuzz target) as one.

Usage: results.py JUNIT_FILE
"""
import re
import sys
import xml.etree.ElementTree as ElementTree

ALL_PASSED = re.compile(r"All tests passed \([\d,]+ assertions? in ([\d,]+) test cases?\)")
SOME_FAILED = re.compile(r"test cases: +(\d+)(?: \| +(\d+) passed)?(?: \| +(\d+) failed)?")


def count(case):
    """(passed, failed, skipped) of one program."""
    if case.get("status") == "disabled":
        return 0, 0, 1
    output = case.findtext("system-out") or ""
    if case.get("status") == "run":
        found = ALL_PASSED.search(output)
        return (int(found[1].replace(",", "")) if found else 1), 0, 0
    found = SOME_FAILED.search(output)
    if found and int(found[3] or 0) > 0:
        return int(found[2] or 0), int(found[3]), 0
    return 0, 1, 0  # crashed, timed out, or not built


def main():
    cases = ElementTree.parse(sys.argv[1]).getroot().iter("testcase")
    totals = [sum(column) for column in zip(*map(count, cases))] or [0, 0, 0]
    print(*totals)


if __name__ == "__main__":
    main()
