import type { ShapeResult } from './result.ts'
import { failuresOf, figureOf, rowsOf } from './shape-figures.ts'
import { textTable } from './text-table.ts'

/**
 * What a shape measured, as lines: for each row and metric the median of the rounds and, in
 * brackets, the best one, and of the first metric how many times the baseline's they are.
 */
export function ratioTable(shape: ShapeResult): string[] {
  const { metrics, baseline } = shape
  const [first] = metrics
  const firstOf = (row: string) => (first === undefined ? undefined : figureOf(shape, row, first))
  const base = baseline === undefined ? undefined : firstOf(baseline)
  const hasFailures = rowsOf(shape).some((row) => failuresOf(shape, row) > 0)
  const head = [
    '',
    ...metrics.map(({ title }) => title),
    ...(base === undefined ? [] : [`× ${baseline}`]),
    ...(hasFailures ? ['failed'] : []),
  ]
  const body = rowsOf(shape).map((row) => {
    const cells = metrics.map((metric) => {
      const { digits = 0 } = metric
      const figure = figureOf(shape, row, metric)
      return figure === undefined
        ? '–'
        : `${figure.median.toFixed(digits)} (${figure.best.toFixed(digits)})`
    })
    const own = firstOf(row)
    const ratio =
      own === undefined || base === undefined
        ? '–'
        : `${ratioText(own.median / base.median)} (${ratioText(own.best / base.best)})`
    const failures = failuresOf(shape, row)
    return [
      row,
      ...cells,
      ...(base === undefined ? [] : [ratio]),
      ...(hasFailures ? [failures === 0 ? '' : String(failures)] : []),
    ]
  })
  return [shape.title, ...textTable([head, ...body]), ...shape.notes.map((note) => `  ${note}`)]
}

function ratioText(ratio: number): string {
  return ratio < 100 ? ratio.toFixed(2) : ratio.toFixed(0)
}
