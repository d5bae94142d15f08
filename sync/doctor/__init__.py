"""The doctor: looks at everything a run needs and says what to do about each finding. It writes to neither account."""
