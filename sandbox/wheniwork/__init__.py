"""The sandbox's When I Work: the v2 API of one account, written from the API's documentation.

state      tables of stored records, the switches, the clock
roster     everything that can happen to a shift; people: the same as acts of people, by name
routes     the paths; calls, fields, phrases: how requests are read; shift_view, sideloads, dates: how answers print
records    shifts, users, places and times as they are stored; plain_records, plain_calls: all smaller kinds
"""
