import type { RunResult, ShapeResult } from './result.ts'
import { figureOf, rowsOf } from './shape-figures.ts'
import { textTable } from './text-table.ts'

/**
 * Two runs side by side, as lines: per shape, row and metric the medians, their ratio B/A, and how
 * far the rounds of each lie apart, in percent. Where a shape has a baseline, the last column is B/A
 * of the ratios to it, which is what two machines have in common. Shapes and rows that only one run
 * has are named, not compared.
 */
export function comparison(a: RunResult, b: RunResult): string[] {
  const lines = [`A  ${describe(a)}`, `B  ${describe(b)}`]
  for (const shape of a.shapes) {
    const other = b.shapes.find(({ name }) => name === shape.name)
    if (other !== undefined) lines.push('', ...compareShapes(shape, other))
  }
  const lonely = [...onlyIn(a, b, 'A'), ...onlyIn(b, a, 'B')]
  return lonely.length === 0 ? lines : [...lines, '', ...lonely]
}

function describe({ commit, startedAt, rounds, seconds, machine }: RunResult): string {
  return `${commit}, ${startedAt}, ${rounds} rounds of ${seconds} s, ${machine.cpus} × ${machine.cpu}`
}

function onlyIn(run: RunResult, other: RunResult, name: string): string[] {
  return run.shapes
    .filter((shape) => other.shapes.every((each) => each.name !== shape.name))
    .map((shape) => `only in ${name}: ${shape.name}`)
}

function compareShapes(a: ShapeResult, b: ShapeResult): string[] {
  const rows = rowsOf(a).filter((row) => rowsOf(b).includes(row))
  const lonely = [
    ...rowsOf(a)
      .filter((row) => !rows.includes(row))
      .map((row) => `  only in A: ${row}`),
    ...rowsOf(b)
      .filter((row) => !rows.includes(row))
      .map((row) => `  only in B: ${row}`),
  ]
  const { baseline } = a
  const against = baseline !== undefined && baseline === b.baseline ? baseline : undefined
  const head = ['', 'A', '±', 'B', '±', 'B/A', ...(against === undefined ? [] : [`× ${against}`])]
  const body = a.metrics.flatMap((metric) =>
    rows.flatMap((row) => {
      const [before, after] = [figureOf(a, row, metric), figureOf(b, row, metric)]
      if (before === undefined || after === undefined) return []
      const { title, digits = 0 } = metric
      const ratio = after.median / before.median
      const base =
        against === undefined
          ? undefined
          : [figureOf(a, against, metric), figureOf(b, against, metric)].map((each) => each?.median)
      const normalised = base?.[0] && base[1] ? ratio / (base[1] / base[0]) : undefined
      return [
        [
          `${row}, ${title}`,
          before.median.toFixed(digits),
          percent(before.spread),
          after.median.toFixed(digits),
          percent(after.spread),
          ratio.toFixed(2),
          ...(normalised === undefined || row === against ? [] : [normalised.toFixed(2)]),
        ],
      ]
    }),
  )
  return [a.title, ...textTable([head, ...body]), ...lonely]
}

function percent(part: number): string {
  return `${(part * 100).toFixed(0)} %`
}
