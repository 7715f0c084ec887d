import { describe, expect, it } from 'vitest'
import type { KnowledgeQuery } from '../found-passage.ts'
import type { KnowledgeIndex } from '../knowledge-index.ts'
import { describeHardInputs } from './hard-inputs-contract.ts'
import { axis, byWords, documentOf, type RunWithIndex } from './indexed-documents.ts'
import { describeWhatIsLetThrough } from './filter-contract.ts'

interface IndexUnderTest {
  readonly name: string
  /** An empty index, which the suite closes. */
  open(options: {
    readonly model: string | null
    readonly bytesMax?: number
  }): Promise<KnowledgeIndex>
}

/** What every index must do. */
export function describeKnowledgeIndexContract(subject: IndexUnderTest): void {
  const run: RunWithIndex = async (body, options = { model: null }) => {
    const index = await subject.open(options)
    try {
      await body(index)
    } finally {
      await index.close()
    }
  }
  const found = async (index: KnowledgeIndex, text: string, change: Partial<KnowledgeQuery> = {}) =>
    (await index.search({ ...byWords, text, ...change })).map(({ document }) => document)

  describe(`${subject.name} index`, () => {
    it('finds passages by their words, the best first, with what is known of them', () =>
      run(async (index) => {
        await index.put(
          documentOf('refunds', ['Refunds are paid within ten days.'], {
            metadata: { team: 'shop' },
          }),
        )
        await index.put(
          documentOf('shipping', ['Parcels are shipped within two days.', 'Nothing else.']),
        )
        const [first, ...others] = await index.search({
          ...byWords,
          text: 'When is a refund paid?',
        })
        expect(first).toMatchObject({
          document: 'refunds',
          source: 'handbook',
          title: 'About refunds',
          url: 'https://docs.example.com/refunds',
          headings: [],
          text: 'Refunds are paid within ten days.',
          metadata: { team: 'shop' },
        })
        expect(first?.score).toBeGreaterThan(0)
        expect(others).toEqual([])
        expect(await found(index, 'days')).toHaveLength(2)
        expect(await found(index, 'days', { topK: 1 })).toHaveLength(1)
        expect(await found(index, 'the and of')).toEqual([])
      }))

    it('finds a passage by the headings above it, and says where it is', () =>
      run(async (index) => {
        const passage = {
          text: 'Ten days.',
          headings: ['Payment', 'Refunds'],
          url: 'https://x.test/#refunds',
        }
        await index.put(documentOf('policy', [], { passages: [passage] }))
        expect(await index.search({ ...byWords, text: 'refund' })).toMatchObject([
          { url: passage.url, headings: passage.headings },
        ])
      }))

    it('replaces a document at once, unless its digest is the same', () =>
      run(async (index) => {
        const before = documentOf('refunds', ['ten days'])
        expect(await index.put(before)).toBe('stored')
        expect(await index.put({ ...before, title: 'other' })).toBe('unchanged')
        expect(await index.put(documentOf('refunds', ['three weeks'], { digest: 'new' }))).toBe(
          'stored',
        )
        expect(await found(index, 'days')).toEqual([])
        expect(await found(index, 'weeks')).toEqual(['refunds'])
        expect(await index.digests('handbook')).toEqual(new Map([['refunds', 'new']]))
      }))

    it('calls a passage the same as long as it says the same', () =>
      run(async (index) => {
        const id = async () => (await index.search({ ...byWords, text: 'weeks' }))[0]?.id
        await index.put(documentOf('refunds', ['three weeks']))
        const before = await id()
        await index.put(documentOf('refunds', ['three weeks'], { digest: 'again' }))
        expect(await id()).toBe(before)
        await index.put(documentOf('refunds', ['two weeks'], { digest: 'new' }))
        expect(await id()).not.toBe(before)
      }))

    it('forgets documents and sources, and counts what is left', () =>
      run(async (index) => {
        await index.put(documentOf('a', ['apples', 'pears']))
        await index.put(documentOf('b', ['apples']))
        await index.put(documentOf('a', ['apples'], { source: 'tickets' }))
        expect((await index.figures()).get('handbook')).toMatchObject({ documents: 2, passages: 3 })
        expect(await index.remove('handbook', ['a', 'unknown'])).toBe(1)
        expect(await index.removeSource('tickets')).toBe(1)
        expect(await found(index, 'apples')).toEqual(['b'])
        expect([...(await index.figures()).keys()]).toEqual(['handbook'])
      }))

    it('finds by vectors, and by both', () =>
      run(
        async (index) => {
          const put = (id: string, text: string, place: number) =>
            index.put(
              documentOf(id, [], {
                passages: [{ text, headings: [], url: null, vector: axis(place) }],
              }),
            )
          await put('cats', 'feline companions', 0)
          await put('dogs', 'canine companions', 1)
          await put('cars', 'vehicles', 2)
          const vector = axis(0)
          const near = await index.search({
            ...byWords,
            mode: 'Vector',
            text: 'kitten',
            vector,
            topK: 2,
          })
          expect(near[0]).toMatchObject({ document: 'cats' })
          expect(near[0]?.score).toBeCloseTo(1, 1)
          expect(near).toHaveLength(2)
          expect(await found(index, 'kitten', { mode: 'Vector', vector, minScore: 0.9 })).toEqual([
            'cats',
          ])
          const both = await index.search({
            ...byWords,
            mode: 'Hybrid',
            text: 'canine',
            vector,
            topK: 3,
          })
          expect(both.map(({ document }) => document).toSorted()).toEqual(['cars', 'cats', 'dogs'])
          expect(both[0]?.score).toBeLessThanOrEqual(1)
          await expect(index.search({ ...byWords, mode: 'Hybrid', text: 'x' })).rejects.toThrow(
            'needs the vector',
          )
          const other = index.search({ ...byWords, mode: 'Vector', text: 'x', vector: axis(0, 4) })
          await expect(other).rejects.toThrow('8 dimensions')
          const wrong = documentOf('w', [], {
            passages: [{ text: 'w', headings: [], url: null, vector: axis(0, 4) }],
          })
          await expect(index.put(wrong)).rejects.toThrow('different models')
          expect(await found(index, 'w')).toEqual([])
          expect(await found(index, 'vehicles')).toEqual(['cars'])
        },
        { model: 'toy' },
      ))

    it('refuses more bytes than it may hold, and keeps what it has', () =>
      run(
        async (index) => {
          await index.put(documentOf('a', ['x'.repeat(500)]))
          await expect(index.put(documentOf('b', ['y'.repeat(500)]))).rejects.toThrow(
            'room for 900 bytes',
          )
          await index.put(documentOf('a', ['short'], { digest: 'new' }))
          expect(await index.put(documentOf('b', ['y'.repeat(500)]))).toBe('stored')
        },
        { model: null, bytesMax: 900 },
      ))

    it('takes words for words, whatever they look like', () =>
      run(async (index) => {
        await index.put(documentOf('a', ['a "quoted" NEAR(b) OR title:c* 東京 C++ don\'t']))
        for (const text of [
          '"',
          'title:',
          'NEAR(',
          'a OR',
          '* ^ -',
          "'; DROP TABLE documents; --",
          '東京',
          '\0',
        ]) {
          await index.search({ ...byWords, text })
        }
        expect(await found(index, '東京')).toEqual(['a'])
        expect(await found(index, 'quoted')).toEqual(['a'])
      }))

    describeWhatIsLetThrough(run)
    describeHardInputs(run)
  })
}
