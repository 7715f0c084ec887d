import { expect, it } from 'vitest'
import type { KnowledgeQuery } from '../found-passage.ts'
import { byWords, documentOf, type RunWithIndex } from './indexed-documents.ts'

const passageCount = 20

/** What is long, odd, or happens at once. */
export function describeHardInputs(run: RunWithIndex): void {
  it('has texts, titles and names as they were given, whatever their characters', () =>
    run(async (index) => {
      const odd = 'a\0b\u0001c 😀 e\u0301 \\ \' " $1 \u{10FFFF}'
      const document = documentOf(odd, [], {
        source: odd,
        title: odd,
        url: `https://x.test/${odd}`,
        metadata: { [odd]: odd },
        passages: [{ text: `findable ${odd}`, headings: [odd], url: null }],
      })
      await index.put(document)
      expect(await index.search({ ...byWords, text: 'findable' })).toMatchObject([
        {
          document: odd,
          source: odd,
          title: odd,
          url: `https://x.test/${odd}`,
          headings: [odd],
          text: `findable ${odd}`,
          metadata: { [odd]: odd },
        },
      ])
      expect([...(await index.digests(odd)).keys()]).toEqual([odd])
      expect(await index.remove(odd, [odd])).toBe(1)
      // Half a pair is no character, and cannot be kept.
      await index.put(documentOf('half', ['half \uD800 pair']))
      expect(await index.search({ ...byWords, text: 'pair' })).toHaveLength(1)
    }))

  it(
    'takes long questions, passages, titles and documents of very many passages',
    { timeout: 60_000 },
    () =>
      run(async (index) => {
        const long = Array.from({ length: 100_000 }, (_, at) => `word${at % 500}`).join(' ')
        await index.put(documentOf('long', [long, 'needle'], { title: long.slice(0, 100_000) }))
        const texts = Array.from({ length: 3000 }, (_, at) => `passage ${at} of many`)
        await index.put(documentOf('many', texts))
        const ask = async (text: string, change: Partial<KnowledgeQuery> = {}) =>
          (await index.search({ ...byWords, text, ...change })).map(({ text: found }) => found)
        expect(await ask('needle')).toEqual(['needle'])
        expect(await ask('2999')).toEqual(['passage 2999 of many'])
        expect((await ask(long)).length).toBeGreaterThan(0)
        expect(await ask('needle', { topK: 1e9 })).toEqual(['needle'])
        expect(await ask('needle', { topK: 0 })).toEqual([])
        expect(await ask('needle', { topK: -1 })).toEqual([])
        const shorter = documentOf('many', texts.slice(0, 2), { digest: 'new' })
        expect(await index.put(shorter)).toBe('stored')
        expect((await index.figures()).get('handbook')).toMatchObject({ documents: 2, passages: 4 })
      }),
  )

  it('refuses metadata and filters that are too long', () =>
    run(async (index) => {
      const metadata = { x: 'x'.repeat(20_000) }
      await expect(index.put(documentOf('a', ['x'], { metadata }))).rejects.toThrow('metadata')
      const one = { type: 'eq', key: 'a', value: 1 } as const
      const filter = { type: 'or', filters: Array.from({ length: 300 }, () => one) } as const
      await expect(index.search({ ...byWords, text: 'x', filter })).rejects.toThrow(
        '200 conditions',
      )
    }))

  it(
    'shows each document whole, as it was or as it is, while it is replaced',
    { timeout: 60_000 },
    () =>
      run(async (index) => {
        const version = (digest: string) =>
          documentOf(
            'd',
            Array.from({ length: passageCount }, (_, at) => `${digest} passage ${at} common`),
            { digest },
          )
        await index.put(version('before'))
        let isWriting = true
        const writing = (async () => {
          for (let at = 0; at < 30; at++) await index.put(version(`after${at}`))
          isWriting = false
        })()
        let searches = 0
        while (isWriting) {
          const found = await index.search({ ...byWords, text: 'common', topK: 100 })
          const versions = new Set(found.map(({ text }) => text.split(' ')[0]))
          expect([found.length, versions.size]).toEqual([passageCount, 1])
          searches += 1
        }
        await writing
        expect(searches).toBeGreaterThan(5)
      }),
  )

  it('searches for nobody who gives up', () =>
    run(async (index) => {
      const signal = AbortSignal.abort(new Error('enough'))
      await expect(index.search({ ...byWords, text: 'x', signal })).rejects.toThrow('enough')
    }))
}
