import { passageNamed, type RetrievedPassage } from '../turns/retrieved-block.ts'
import type { Note } from './note.ts'

/** As many are told at once. */
const goneMax = 20

/** A note that a prompt quotes and that there is no more. */
export interface GoneNote {
  readonly id: string
  /** Says that it has been told. */
  readonly passage: RetrievedPassage
}

/** The name of a note as a passage. Its version is part of it: what has changed is another passage. */
export function noteName({ id, version }: Pick<Note, 'id' | 'version'>): string {
  return `${id}@${version}`
}

/** Notes of the subject that a prompt quotes, by the keys of its passages, and that are gone by now. */
export function goneNotes(
  quoted: { keys(): Iterable<string> },
  subject: string,
  notes: readonly Note[],
): readonly GoneNote[] {
  const known = new Set(notes.map(({ id }) => id))
  const missing = new Set<string>()
  for (const key of quoted.keys()) {
    const { id, kind, source } = passageNamed(key)
    if (kind !== 'note' || source !== subject) continue
    const [note = '', version] = id.split('@')
    if (version === gone) known.add(note)
    else missing.add(note)
  }
  return [...missing]
    .filter((id) => !known.has(id))
    .slice(0, goneMax)
    .map((id) => ({ id, passage: passageOf(subject, id) }))
}

const gone = 'gone'

function passageOf(source: string, note: string): RetrievedPassage {
  const named = { kind: 'note', source, id: `${note}@${gone}` } as const
  return { ...named, title: null, url: null, score: null, tokens: 0, action: 'kept' }
}
