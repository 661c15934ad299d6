"""The release side: what was verified and pushed, written in git; reads no network but git's."""
