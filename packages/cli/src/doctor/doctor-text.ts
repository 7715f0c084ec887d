import { counted } from '../counted.ts'
import type { Finding } from './finding.ts'

/** Findings for people: a line each, and what to do below it. */
export function doctorText(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ check }) => check.length))
  const indent = ' '.repeat('problem'.length + width + 4)
  return findings
    .map(({ check, message, remedy, state }) => {
      const line = `${state.padEnd('problem'.length)}  ${check.padEnd(width)}  ${message}\n`
      return remedy === undefined ? line : `${line}${indent}${remedy}\n`
    })
    .join('')
}

/** As in `2 problems and 1 warning`. */
export function tally(findings: readonly Finding[]): string {
  const count = (state: Finding['state']) => findings.filter((each) => each.state === state).length
  return `${counted(count('problem'), 'problem')} and ${counted(count('warning'), 'warning')}`
}
