"""The engine that keeps Wonolo and When I Work one truth.

The way the data goes, in the order of a run:

    intake    pollers read what may have changed into the mirror
    mirror    what each system last said, links between both, and the base each link agreed on
    gather    the records that may need something, out of the mirror
    plan      three-way merge into an immutable plan (pure); `diff` stops here and reports
    guards    refuse a plan that is too large (pure)
    writer    intent, send, read back, settle: the only module that writes remotely
    outbox    intents and the change log

`mappings` gives records their meaning; `engine` wires one pair of accounts; `cli` has one function per command.
"""
