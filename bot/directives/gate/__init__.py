"""The secrecy gate: reads a file or a text in memory and says whether it may go to a messenger.

Writes nothing, logs nothing, needs no database and no setting. What it looks for: `marks`; how it reads files:
`extract`; the verdict: `check`.
"""
