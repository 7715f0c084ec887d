import { SeededRandom } from '@fairlead/base'
import { expect, it } from 'vitest'
import type { KnowledgeQuery } from '../found-passage.ts'
import type { IndexedDocument } from '../knowledge-index.ts'
import { matchesFilter } from '../matches-filter.ts'
import type { MetadataFilter, MetadataValue } from '../metadata-filter.ts'
import { lookedMax } from '../telling-words.ts'
import { byWords, documentOf, ofLengthOne, type RunWithIndex } from './indexed-documents.ts'

const keys = ['group', 'level', "it's", 'a.b', '"q"', '$', '$1', '__proto__', 'ключ', '', '\0']
const values: readonly MetadataValue[] = [
  'hr',
  'it',
  "' OR 1=1 --",
  '',
  '1',
  'true',
  'null',
  1,
  0,
  -0,
  2.5,
  0.1,
  -3,
  1e21,
  5e-324,
  Number.MAX_SAFE_INTEGER,
  Number.MAX_VALUE,
  true,
  false,
  '日本',
  '\uFFFF',
  '😀',
  'a\0b',
  'a\u0001b',
  'a\u0001',
  'a',
]
const modes = ['BM25', 'Vector', 'Hybrid'] as const

class Chance {
  readonly #random = new SeededRandom(7)

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T
  }

  below(count: number): number {
    return Math.floor(this.#random.next() * count)
  }

  vector(dimension: number): Float32Array {
    return ofLengthOne(Float32Array.from({ length: dimension }, () => this.#random.next() - 0.5))
  }

  filter(depth: number): MetadataFilter {
    const type = this.pick([
      'eq',
      'ne',
      'gt',
      'gte',
      'lt',
      'lte',
      'in',
      'nin',
      'and',
      'or',
    ] as const)
    const key = this.pick(keys)
    if (type === 'and' || type === 'or') {
      if (depth === 0) return { type: 'eq', key, value: this.pick(values) }
      const filters = Array.from({ length: this.below(3) }, () => this.filter(depth - 1))
      return { type, filters }
    }
    if (type === 'in' || type === 'nin') {
      const list = Array.from({ length: this.pick([0, 2, 20]) }, () => this.pick(values))
      return { type, key, value: list.filter((value) => typeof value !== 'boolean') }
    }
    return { type, key, value: this.pick(values) }
  }
}

/** What a filter excludes is not found, and changes nothing of what is. */
export function describeWhatIsLetThrough(run: RunWithIndex): void {
  it('lets through what metadata passes, and nothing else', { timeout: 60_000 }, () =>
    run(async (index) => {
      const chance = new Chance()
      const documents = Array.from({ length: 80 }, (_, number) => {
        const pairs = Array.from(
          { length: 4 },
          () => [chance.pick(keys), chance.pick(values)] as const,
        )
        return documentOf(`d${number}`, ['shared words'], { metadata: Object.fromEntries(pairs) })
      })
      for (const document of documents) await index.put(document)
      for (let round = 0; round < 300; round++) {
        const filter = chance.filter(2)
        const expected = documents.filter(({ metadata }) => matchesFilter(metadata, filter))
        const found = await index.search({ ...byWords, text: 'shared words', filter, topK: 100 })
        expect(found.map(({ document }) => document).toSorted(), JSON.stringify(filter)).toEqual(
          expected.map(({ id }) => id).toSorted(),
        )
      }
    }),
  )

  it(
    'gives as many passages as are wanted of those that are let through, however well others fit',
    { timeout: 60_000 },
    () =>
      run(
        async (index) => {
          const chance = new Chance()
          const words = ['refund', 'leave', 'server', 'parcel', 'invoice']
          const documents = Array.from({ length: 120 }, (_, number): IndexedDocument => {
            const group = number % 12 === 0 ? 'hr' : 'it'
            // What others may not read fits every question best.
            const text =
              group === 'it'
                ? words.join(' ')
                : `${chance.pick(words)} filler ${chance.pick(words)}`
            const passages = Array.from({ length: 3 }, () => ({
              text,
              headings: [],
              url: null,
              vector: chance.vector(16),
            }))
            const title = group === 'it' ? words.join(' ') : null
            return documentOf(`${group}-${number}`, [], { title, metadata: { group }, passages })
          })
          for (const document of documents) await index.put(document)
          const filter: MetadataFilter = { type: 'in', key: 'group', value: ['hr'] }
          const ask = (change: Partial<KnowledgeQuery>) =>
            index.search({ ...byWords, text: words.join(' '), filter, ...change })
          for (let round = 0; round < 30; round++) {
            const vector = chance.vector(16)
            const nearest = documents
              .filter(({ metadata }) => metadata['group'] === 'hr')
              .flatMap(({ passages }) => passages.map((passage) => passage.vector ?? vector))
              .map((one) => one.reduce((sum, value, at) => sum + value * (vector[at] ?? 0), 0))
              .toSorted((one, other) => other - one)
            for (const mode of modes) {
              for (const topK of [1, 3, 30]) {
                const found = await ask({ mode, vector, topK })
                expect(new Set(found.map(({ metadata }) => metadata['group']))).toEqual(
                  new Set(['hr']),
                )
                expect(found).toHaveLength(topK)
                if (mode !== 'Vector') continue
                found.forEach(({ score }, place) =>
                  expect(score).toBeCloseTo(nearest[place] ?? 0, 1),
                )
              }
            }
          }
        },
        { model: 'toy' },
      ),
  )

  it(
    'finds by a word that stands in more passages than a search looks at, whoever may read those',
    { timeout: 120_000 },
    () =>
      run(async (index) => {
        const texts = Array.from({ length: lookedMax + 1000 }, () => 'vpn')
        await index.put(documentOf('flood', texts, { title: null, metadata: { group: 'it' } }))
        await index.put(documentOf('own', ['vpn token'], { metadata: { group: 'hr' } }))
        await index.put(documentOf('other', ['rare token'], { metadata: { group: 'it' } }))
        const filter: MetadataFilter = { type: 'eq', key: 'group', value: 'hr' }
        const found = async (text: string, change: Partial<KnowledgeQuery> = {}) =>
          (await index.search({ ...byWords, text, ...change })).map(({ document }) => document)
        expect(await found('vpn', { filter })).toEqual(['own'])
        // The rarer word is of passages that are not let through.
        expect(await found('rare vpn', { filter })).toEqual(['own'])
        expect(await found('rare vpn', { topK: 1 })).toEqual(['other'])
        expect(await found('vpn', { topK: 100 })).toHaveLength(100)
      }),
  )
}
