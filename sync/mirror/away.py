"""The tables of who is away: time off that was granted, and shifts that are about to change hands."""

from datetime import datetime

from sqlalchemy import BigInteger, Index
from sqlmodel import Field

from sync.mirror.tables import Mirrored


class WhenIWorkTimeOff(Mirrored, table=True):
    """Time off that was granted to a Wonolo worker; that of the company's own people is not kept."""

    __tablename__ = "wheniwork_time_off"
    __table_args__ = (Index("ix_wheniwork_time_off_user_id", "pair", "user_id"),)
    user_id: int = Field(sa_type=BigInteger)
    start_time: datetime | None = None
    end_time: datetime | None = None


class WhenIWorkSwap(Mirrored, table=True):
    """A swap or drop of a shift that is under way."""

    __tablename__ = "wheniwork_swap"
    __table_args__ = (Index("ix_wheniwork_swap_shift_id", "pair", "shift_id"),)
    shift_id: int = Field(sa_type=BigInteger)
