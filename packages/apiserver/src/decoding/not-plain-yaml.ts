import { resolvePlainScalar } from './yaml-scalar.ts'

/** Thrown where a text uses more of YAML than plain manifests do. */
export class NotPlainYaml extends Error {
  override readonly name = 'NotPlainYaml'
}

/** A value within a line, and where what follows it begins. */
export interface Inline {
  readonly value: unknown
  readonly end: number
}

/** What a plain scalar stands for. @throws NotPlainYaml for what JSON cannot write */
export function plainValue(text: string): unknown {
  const value = resolvePlainScalar(text)
  if (typeof value === 'number' && !Number.isFinite(value)) throw new NotPlainYaml()
  return value
}
