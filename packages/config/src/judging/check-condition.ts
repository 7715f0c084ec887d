import { ConditionCompiler, ConditionError } from '@fairlead/cel'
import type { Findings } from './findings.ts'

/** Rejects the resource if an expression is not one that the gateway can evaluate for a call. */
export function checkCondition(source: string, path: string, findings: Findings): void {
  if (source !== '') check(() => new ConditionCompiler().compile(source), path, findings)
}

/** The same for an expression whose value is a text. */
export function checkTextExpression(source: string, path: string, findings: Findings): void {
  check(() => new ConditionCompiler().compileText(source), path, findings)
}

function check(compile: () => unknown, path: string, findings: Findings): void {
  try {
    compile()
  } catch (error) {
    if (!(error instanceof ConditionError)) throw error
    findings.reject(`${path}: ${error.message}`)
  }
}
