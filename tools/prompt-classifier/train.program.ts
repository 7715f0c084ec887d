import { writeFileSync } from 'node:fs'
import {
  bucketCount,
  complexityNames,
  denseNames,
  featuresOf,
} from '../../packages/llm/src/classification/prompt-features.ts'
import { promptTypes } from '../../packages/llm/src/classification/prompt-type.ts'
import {
  type Band,
  type Example,
  readDocuments,
  readExamples,
  typesWithDocument,
} from './examples.ts'

// npm run train:classifier: learns the weights of the classifier of
// prompts from training.txt. The same examples give the same file.

const typeCount = promptTypes.length
const rounds = 120
const learningRate = 0.5
/** How strongly weights are drawn to 0. */
const decay = 0.00003
/** The score that each band should get. */
const bandScores: Readonly<Record<Band, number>> = { simple: 14, medium: 47, complex: 88 }

interface Sample {
  readonly label: number
  /** Places in the table of weights with their values. */
  readonly places: readonly (readonly [place: number, value: number])[]
}

const examples = readExamples('training')
const samples = withDocuments(examples).map(sampleOf)
const types = quantised(learnTypes(samples))
const complexity = learnComplexity(withDocuments(examples).filter(({ system }) => system === ''))
const file = new URL('../../packages/llm/src/classification/model-weights.ts', import.meta.url)
writeFileSync(file, source())

/** The examples, and those about a text once more in front of one, and as instructions for one. */
function withDocuments(all: readonly Example[]): readonly (Example & { system: string })[] {
  const documents = readDocuments('training')
  return all.flatMap((example, index) => {
    const plain = { ...example, system: '' }
    const document = documents[index % documents.length] ?? ''
    if (!typesWithDocument.includes(example.type) || example.text.length > 200) return [plain]
    return [
      plain,
      { ...plain, text: `${example.text}\n\n${document}` },
      { ...plain, text: document, system: example.text },
    ]
  })
}

function sampleOf({ type, text, system }: Example & { system: string }): Sample {
  const { buckets, dense } = featuresOf({ system, user: text })
  const each = 1 / Math.sqrt(Math.max(buckets.length, 1))
  return {
    label: promptTypes.indexOf(type),
    places: [
      ...buckets.map((bucket) => [bucket, each] as const),
      ...[...dense, 1]
        .map((value, index) => [bucketCount + index, value] as const)
        .filter(([, value]) => value !== 0),
    ],
  }
}

/** Multinomial logistic regression by stochastic gradient descent, in a fixed order. */
function learnTypes(all: readonly Sample[]): Float64Array {
  const weights = new Float64Array((bucketCount + denseNames.length + 1) * typeCount)
  for (let round = 0; round < rounds; round += 1) {
    const rate = learningRate / (1 + round / 20)
    for (let step = 0; step < all.length; step += 1) {
      // A stride that shares no factor with the number of samples visits each of them once.
      const sample = all[(step * stride(all.length) + round) % all.length]
      if (sample !== undefined) learnFrom(sample, weights, rate)
    }
  }
  return weights
}

function learnFrom({ label, places }: Sample, weights: Float64Array, rate: number): void {
  const scores = Array.from({ length: typeCount }, (_, type) =>
    places.reduce((sum, [place, value]) => sum + at(weights, place, type) * value, 0),
  )
  const top = Math.max(...scores)
  const parts = scores.map((score) => Math.exp(score - top))
  const total = parts.reduce((sum, part) => sum + part, 0)
  for (const [type, part] of parts.entries()) {
    const error = part / total - (type === label ? 1 : 0)
    for (const [place, value] of places) {
      const index = place * typeCount + type
      const weight = weights[index] ?? 0
      weights[index] = weight - rate * (error * value + decay * weight)
    }
  }
}

function at(weights: Float64Array, place: number, type: number): number {
  return weights[place * typeCount + type] ?? 0
}

function stride(length: number): number {
  let candidate = Math.floor(length * 0.618)
  while (commonDivisor(candidate, length) !== 1) candidate += 1
  return candidate
}

function commonDivisor(left: number, right: number): number {
  return right === 0 ? left : commonDivisor(right, left % right)
}

/** One signed byte a weight. */
function quantised(weights: Float64Array): { readonly base64: string; readonly scale: number } {
  const largest = weights.reduce((max, weight) => Math.max(max, Math.abs(weight)), 0)
  const scale = largest / 127
  const bytes = Int8Array.from(weights, (weight) => Math.round(weight / scale))
  return { base64: Buffer.from(bytes.buffer).toString('base64'), scale }
}

/** Least squares without negative weights: nothing that is asked for makes a prompt simpler. */
function learnComplexity(all: readonly Example[]): {
  readonly base: number
  readonly weights: readonly number[]
} {
  const rows = all.map(({ text, band }) => ({
    values: featuresOf({ system: '', user: text }).complexity,
    wanted: bandScores[band],
    // Bands count alike, however many examples each has.
    share: 1 / all.filter((other) => other.band === band).length,
  }))
  const weights = Array<number>(complexityNames.length).fill(0)
  let base = 0
  for (let round = 0; round < 4_000; round += 1) {
    const gradient = Array<number>(weights.length).fill(0)
    let baseGradient = 0
    for (const { values, wanted, share } of rows) {
      const error =
        (values.reduce((sum, value, index) => sum + value * (weights[index] ?? 0), base) - wanted) *
        share
      baseGradient += error
      for (const [index, value] of values.entries()) {
        gradient[index] = (gradient[index] ?? 0) + error * value
      }
    }
    base -= 0.1 * baseGradient
    for (const [index, slope] of gradient.entries()) {
      weights[index] = Math.max(0, (weights[index] ?? 0) - 0.1 * slope)
    }
  }
  return { base, weights }
}

function source(): string {
  const rows = complexityNames.map(
    (name, index) => `    // ${name}\n    ${(complexity.weights[index] ?? 0).toFixed(2)},`,
  )
  return `// Generated by tools/prompt-classifier/train.program.ts from training.txt; do not edit.

export const modelWeights = {
  /** Signed bytes in base64: a row for each bucket, then each dense feature, then the constant. */
  types:
    '${types.base64}',
  /** What the bytes are multiplied by. */
  typeScale: ${types.scale.toFixed(8)},
  /** The complexity of a prompt without any feature. */
  complexityBase: ${complexity.base.toFixed(2)},
  /** What each feature adds to it at most. */
  complexity: [
${rows.join('\n')}
  ],
} as const
`
}
