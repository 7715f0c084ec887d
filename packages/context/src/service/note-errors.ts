import { ModelError } from '@fairlead/llm'
import { notesBytesMax, notesMax } from '../notes/note.ts'

export function noteNotFound(id: string): ModelError {
  return new ModelError('not-found', `Note with id '${id}' not found for this subject.`, {
    code: 'note_not_found',
  })
}

export function noteConflict(id: string, expected: number, actual: number): ModelError {
  return new ModelError(
    'conflict',
    `Note '${id}' has version ${actual}, not ${expected}. Read it, then send the change again with version ${actual}.`,
    { status: 412, code: 'revision_conflict', param: 'If-Match' },
  )
}

export function secretInNote(): ModelError {
  return new ModelError(
    'invalid-request',
    'The text looks as if it held a password, a key or a card number. Notes are sent to models, so such texts are not kept. Leave it out.',
    { code: 'secret_in_note', param: 'text' },
  )
}

export function tooManyNotes(): ModelError {
  return new ModelError(
    'invalid-request',
    `The subject has no room for it: ${notesMax} notes with ${notesBytesMax / 1024} KiB are the most. Delete some first.`,
    { code: 'too_many_notes' },
  )
}
