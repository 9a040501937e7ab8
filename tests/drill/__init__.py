"""The crash test: the real `ownsteps serve`, killed again and again while people write to it on three channels."""
