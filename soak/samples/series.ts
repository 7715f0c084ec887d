import type { Point } from '../trend/trend.ts'
import type { Figure } from './figure.ts'

/** One figure of one process or file, over time. */
export interface Series {
  readonly figure: Figure
  /** Which process or file. */
  readonly of: string
  readonly points: Point[]
}

/** All series of a run; each begins with its first point. */
export class SeriesSet {
  readonly #series = new Map<string, Series>()

  add(figure: Figure, of: string, point: Point): void {
    const key = `${figure.name} ${of}`
    let series = this.#series.get(key)
    if (series === undefined) this.#series.set(key, (series = { figure, of, points: [] }))
    series.points.push(point)
  }

  all(): readonly Series[] {
    return [...this.#series.values()]
  }
}
