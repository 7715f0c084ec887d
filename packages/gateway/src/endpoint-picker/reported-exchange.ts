import type { Cancellation, CancellationListener } from '@fairlead/base'
import type { HeaderFields } from '@fairlead/http1'
import { collectBody } from '../upstream/collect-body.ts'
import type { CollectedBody, Exchange } from '../upstream/exchange.ts'
import type { ServedReport } from './served-report.ts'

/** An answer of which the endpoint picker is told as it is read. */
export class ReportedExchange implements Exchange, CancellationListener {
  readonly status: number
  readonly headers: HeaderFields
  readonly #exchange: Exchange
  readonly #cancellation: Cancellation
  #report: ServedReport | undefined

  constructor(exchange: Exchange, report: ServedReport, cancellation: Cancellation) {
    this.#exchange = exchange
    this.#report = report
    this.#cancellation = cancellation
    this.status = exchange.status
    this.headers = exchange.headers
    cancellation.listen(this)
  }

  async next(): Promise<Buffer | undefined> {
    try {
      const bytes = await this.#exchange.next()
      if (bytes === undefined) this.#finish()?.ended()
      else this.#report?.piece(bytes)
      return bytes
    } catch (error) {
      this.#finish()?.cancelled()
      throw error
    }
  }

  collect(bytesMax: number, onProgress: () => void): Promise<CollectedBody> {
    return collectBody(this, bytesMax, onProgress)
  }

  abort(reason: Error): void {
    this.#finish()?.cancelled()
    this.#exchange.abort(reason)
  }

  onCancel(): void {
    this.#finish()?.cancelled()
  }

  /** The report, once. */
  #finish(): ServedReport | undefined {
    const report = this.#report
    this.#report = undefined
    if (report !== undefined) this.#cancellation.unlisten(this)
    return report
  }
}
