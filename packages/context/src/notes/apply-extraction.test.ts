import { SeededRandom } from '@fairlead/base'
import { describe, expect, it } from 'vitest'
import { carefulEstimate } from '../tokens/careful-estimate.ts'
import { applyExtraction } from './apply-extraction.ts'
import { fitTogether, type Note, notesBytesMax, notesMax } from './note.ts'
import { readExtraction } from './read-extraction.ts'
import { noNotes, readSubjectNotes, withNotes } from './subject-notes.ts'

const source = { type: 'conversation', conversation: 'c1', turn: 'turn_1' } as const
let ids = 0
const note = (text: string, change: Partial<Note> = {}): Note => ({
  id: `note_${String(ids++).padStart(8, '0')}`,
  text,
  version: 1,
  source,
  created_at: 1,
  updated_at: 1,
  expires_at: null,
  ...change,
})
const options = {
  shown: new Map<string, Note>(),
  source,
  newId: () => note('').id,
  nowSeconds: 100,
  maxNotes: 100,
  maxNoteTokens: 60,
  ttlMs: undefined,
}
const extracted = (answer: object) => {
  const extraction = readExtraction(JSON.stringify(answer))
  if (extraction === undefined) throw new Error('it was read')
  return extraction
}
const texts = ({ notes }: { readonly notes: readonly Note[] }) => notes.map(({ text }) => text)

describe('what a model wants to be noted', () => {
  it('is added, changed and deleted', () => {
    const [old, gone] = [note('Lives in Paris.'), note('Has a cat.')]
    const shown = new Map([
      ['n1', old],
      ['n2', gone],
    ])
    const answer = {
      add: [{ text: ' Works as\na nurse. ' }],
      change: [{ id: 'n1', text: 'Lives in Rome.' }],
      remove: ['n2'],
    }
    const before = withNotes(noNotes, [old, gone])
    const applied = applyExtraction(before, extracted(answer), { ...options, shown, ttlMs: 60_000 })
    expect(applied).toMatchObject({ added: 1, changed: 1, removed: 1, dropped: 0 })
    expect(texts(applied.after)).toEqual(['Lives in Rome.', 'Works as a nurse.'])
    expect(applied.after.notes[0]).toMatchObject({ version: 2, updated_at: 100, expires_at: 160 })
  })

  it('concerns no note that it was not shown, that a caller wrote, or that is another by now', () => {
    const [unseen, own, later] = [
      note('unseen'),
      note('by hand', { source: { type: 'api' } }),
      note('as it was'),
    ]
    const changed = { ...later, version: 2, text: 'as it is' }
    const before = withNotes(noNotes, [unseen, own, changed])
    // Only what models made has a name; whatever it answers, no id is taken for one.
    const shown = new Map([['n1', later]])
    const answer = {
      change: [{ id: unseen.id, text: 'x' }],
      remove: [unseen.id, own.id, 'n1', 'n2', '__proto__', ''],
    }
    const applied = applyExtraction(before, extracted(answer), { ...options, shown })
    expect(applied).toMatchObject({ added: 0, changed: 0, removed: 0, dropped: 7 })
    expect(texts(applied.after)).toEqual(['unseen', 'by hand', 'as it is'])
  })

  it('is not noted if it is secret, known, too long or without room', () => {
    const before = withNotes(noNotes, [note('Likes tea.')])
    const answer = {
      add: [
        { text: 'My password is swordfish' },
        { text: 'likes  TEA' },
        { text: 'word '.repeat(200) },
        { text: '  ' },
        { text: 'Likes trains.' },
        { text: 'Likes planes.' },
      ],
    }
    const applied = applyExtraction(before, extracted(answer), { ...options, maxNotes: 2 })
    expect(applied).toMatchObject({ added: 1, dropped: 5 })
    expect(texts(applied.after)).toEqual(['Likes tea.', 'Likes trains.'])
  })

  it('never passes a bound, whatever it is, and is read again as it was stored', () => {
    const random = new SeededRandom(7)
    const word = () =>
      random.pick(['tea', '<b>', '"', '\u{1F600}', 'à', 'x'.repeat(60), '\n', 'Rome'])
    const text = () => Array.from({ length: random.below(40) }, word).join(' ')
    for (let round = 0; round < 12; round += 1) {
      const maxNotes = 1 + random.below(notesMax)
      const maxNoteTokens = 10 + random.below(400)
      let kept = noNotes
      for (let turn = 0; turn < 25; turn += 1) {
        const shown = new Map(kept.notes.map((one, at) => [`n${at}`, one]))
        const name = () => random.pick([`n${random.below(30)}`, 'n-1', 'note_1'])
        const answer = {
          add: Array.from({ length: random.below(20) }, () => ({ text: text() })),
          change: Array.from({ length: random.below(5) }, () => ({ id: name(), text: text() })),
          remove: Array.from({ length: random.below(3) }, name),
        }
        const before = kept.notes.length
        const given = answer.add.length + answer.change.length + answer.remove.length
        const applied = applyExtraction(kept, extracted(answer), {
          ...options,
          shown,
          maxNotes,
          maxNoteTokens,
        })
        const { added, after, changed, dropped, removed } = applied
        expect(after.notes.length).toBe(before + added - removed)
        // The same note may be named twice to be changed: the later text counts.
        expect(added + changed + removed + dropped).toBeLessThanOrEqual(given)
        expect(after.notes.length).toBeLessThanOrEqual(maxNotes)
        expect(fitTogether(after.notes)).toBe(true)
        expect(Buffer.byteLength(JSON.stringify(after.notes))).toBeLessThanOrEqual(notesBytesMax)
        for (const one of after.notes) {
          expect(carefulEstimate(one.text)).toBeLessThanOrEqual(maxNoteTokens)
        }
        expect(new Set(after.notes.map(({ id }) => id)).size).toBe(after.notes.length)
        kept = readSubjectNotes(JSON.parse(JSON.stringify(after)) as never)
        expect(kept).toEqual(after)
      }
    }
  })
})
