import { Type } from 'typebox'
import { choice, integer, object } from './fields.ts'
import { duration, modelName } from './formats.ts'

const extract = object('How a model makes notes, for mode Extract.', {
  model: modelName(
    'Model that reads each turn after it has ended and says what is to be noted, changed and forgotten, as callers of this gateway name it.',
  ),
  maxNotes: integer(
    'Number of notes of a subject, those from the API included, with which the model adds no more. Defaults to 100.',
    { min: 1, max: 1000, default: 100 },
  ),
  maxNoteTokens: integer(
    'Maximum number of tokens of a note. The model is told so; a longer one is dropped. Defaults to 60.',
    { min: 10, max: 500, default: 60 },
  ),
  ttl: Type.Optional(
    duration(
      'How long a note is kept after the model made or last changed it; at least 1m. Notes from the API have their own expires_at. Defaults to no limit.',
    ),
  ),
})

/** `spec.memory` of a ContextStrategy. */
export const memory = object(
  'Notes that are kept about the subject of a conversation and quoted in all conversations about it. Off when left out; conversations without a subject have none.',
  {
    mode: choice(
      'Explicit: notes are made through the API alone; Extract: a model makes them of what is said, too. Defaults to Explicit.',
      ['Explicit', 'Extract'],
      { default: 'Explicit' },
    ),
    recall: choice(
      'Which notes are quoted in front of a new message. All: all that have room, those first that changed last; BM25: those that have words of the message. Defaults to All.',
      ['All', 'BM25'],
      { default: 'All' },
    ),
    maxTokens: integer(
      'Maximum number of tokens of the notes that are quoted, those that the prompt has already included. Defaults to 1000.',
      { min: 1, max: 1_000_000, default: 1000 },
    ),
    extract: Type.Optional(extract),
  },
  {
    rules: [
      {
        rule: "(self.mode == 'Extract') == has(self.extract)",
        message: 'extract goes with mode Extract, and Extract needs it',
      },
    ],
  },
)
