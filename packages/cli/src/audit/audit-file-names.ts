import type { AuditTopic } from './audit-event.ts'

/** One file of the audit, as its name says. */
export interface AuditFile {
  readonly name: string
  readonly topic: AuditTopic
  /** Of UTC, as `2026-11-27`. */
  readonly day: string
  /** Of the day, from 1. */
  readonly number: number
}

export function auditFile(topic: AuditTopic, day: string, number: number): AuditFile {
  return { name: `${topic}-${day}-${String(number).padStart(5, '0')}.jsonl`, topic, day, number }
}

/** The files of these names that belong to the audit, the oldest first. */
export function auditFilesIn(names: readonly string[]): readonly AuditFile[] {
  return names
    .flatMap((name) => parse(name) ?? [])
    .toSorted(
      (left, right) => Date.parse(left.day) - Date.parse(right.day) || left.number - right.number,
    )
}

function parse(name: string): AuditFile | undefined {
  const [, topic, day, number] =
    /^(refusals|changes)-(\d{4}-\d{2}-\d{2})-(\d{5,9})\.jsonl$/.exec(name) ?? []
  if (topic === undefined || day === undefined || Number.isNaN(Date.parse(day))) return undefined
  return { name, topic: topic as AuditTopic, day, number: Number(number) }
}
