import { ConditionCompiler, ConditionError } from '@fairlead/cel'
import type { Findings } from './findings.ts'

/** Rejects the resource if an expression is not one that the gateway can evaluate for a call. */
export function checkCondition(source: string, path: string, findings: Findings): void {
  if (source === '') return
  try {
    new ConditionCompiler().compile(source)
  } catch (error) {
    if (!(error instanceof ConditionError)) throw error
    findings.reject(`${path}: ${error.message}`)
  }
}
