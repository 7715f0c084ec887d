import { SeededRandom } from '@fairlead/base'
import type { IndexedDocument, IndexedPassage, KnowledgeQuery } from '@fairlead/knowledge'

/** Of a document. */
const passagesPerDocument = 10
const groupCount = 20
const topicCount = 400
const vocabulary = 60_000

type Query = Pick<KnowledgeQuery, 'text' | 'vector'> & { readonly group: string }

/**
 * Documents whose words are as frequent as in languages and whose vectors lie in clusters, a topic each,
 * as those of models do; the topics of a group are its own. The same again for the same number.
 */
export class KnowledgeCorpus {
  readonly #random = new SeededRandom(11)
  readonly #topics: readonly Float32Array[]
  readonly #dimensions: number

  constructor(dimensions: number) {
    this.#dimensions = dimensions
    this.#topics = Array.from({ length: topicCount }, () => this.#vector())
  }

  *documents(passages: number): Generator<IndexedDocument> {
    for (let number = 0; number * passagesPerDocument < passages; number++) {
      const topic = this.#below(topicCount)
      yield {
        source: 'corpus',
        id: `document-${number}`,
        digest: '1',
        title: this.#words(topic, 4),
        url: `https://docs.example.com/${number}`,
        metadata: { group: groupOf(topic), number },
        passages: Array.from({ length: passagesPerDocument }, () => this.#passage(topic)),
      }
    }
  }

  /** Asks about a topic, as somebody who may read its group. */
  query(): Query {
    const topic = this.#below(topicCount)
    return { text: this.#words(topic, 7), vector: this.#near(topic), group: groupOf(topic) }
  }

  #passage(topic: number): IndexedPassage {
    return {
      text: this.#words(topic, 80 + this.#below(120)),
      headings: [this.#words(topic, 3)],
      url: null,
      vector: this.#near(topic),
    }
  }

  /** One of five is of the topic, and the rarer the later in the vocabulary. */
  #words(topic: number, count: number): string {
    return Array.from({ length: count }, () => {
      const isOfTopic = this.#below(5) === 0
      const place = isOfTopic
        ? 1000 + ((topic * 37 + this.#below(40)) % (vocabulary - 1000))
        : Math.floor(vocabulary ** this.#random.next())
      return wordAt(place)
    }).join(' ')
  }

  #near(topic: number): Float32Array {
    const centre = this.#topics[topic] ?? this.#vector()
    const noise = this.#vector()
    return ofLengthOne(centre.map((value, at) => value + 0.9 * (noise[at] ?? 0)))
  }

  #vector(): Float32Array {
    return ofLengthOne(
      Float32Array.from({ length: this.#dimensions }, () => {
        // Nearly normal, so that all directions are alike.
        return this.#random.next() + this.#random.next() + this.#random.next() - 1.5
      }),
    )
  }

  #below(count: number): number {
    return Math.floor(this.#random.next() * count)
  }
}

function groupOf(topic: number): string {
  return `group-${topic % groupCount}`
}

/** Letters only, which no ending of English follows. */
function wordAt(place: number): string {
  let word = ''
  for (let rest = place; ; rest = Math.floor(rest / 14)) {
    word += `${'bcdfghjklmnpqr'.charAt(rest % 14)}o`
    if (rest < 14) return word
  }
}

function ofLengthOne(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector)
  return vector.map((value) => value / length)
}
