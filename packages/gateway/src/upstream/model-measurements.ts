import { LatencyAverage } from './latency-average.ts'

/** Weight of the newest answer in the average length of answers. */
const newestAnswerWeight = 0.05
/** Models of one provider that are measured: callers may name any. */
const modelsMax = 256
const nameLengthMax = 256

/** What recent calls to one model of a provider have shown, in this process. */
export class ModelMeasurements {
  /** Until the first event of a stream. */
  readonly streamLatency = new LatencyAverage()
  /** Until the end of a whole answer. */
  readonly wholeLatency = new LatencyAverage()
  /** Average number of output tokens; undefined before the first answer. */
  outputTokens: number | undefined

  latency(stream: boolean): LatencyAverage {
    return stream ? this.streamLatency : this.wholeLatency
  }

  noteOutputTokens(tokens: number): void {
    const before = this.outputTokens ?? tokens
    this.outputTokens = before + (tokens - before) * newestAnswerWeight
  }
}

/** The models of one provider. The one that was called first is forgotten when there are too many. */
export class MeasuredModels {
  readonly #byName = new Map<string, ModelMeasurements>()

  /** The measurements of a model; of a name too long to be one, measurements that are not kept. */
  of(model: string): ModelMeasurements {
    const known = this.#byName.get(model)
    if (known !== undefined) return known
    const measurements = new ModelMeasurements()
    if (model.length > nameLengthMax) return measurements
    this.#byName.set(model, measurements)
    const [oldest] = this.#byName.keys()
    if (this.#byName.size > modelsMax && oldest !== undefined) this.#byName.delete(oldest)
    return measurements
  }
}
