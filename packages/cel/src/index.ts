export { bindCallVariables } from './call-variables.ts'
export type { CallBindings, CallVariables } from './call-variables.ts'
export { ConditionCompiler, ConditionError } from './condition.ts'
export type { Condition, TextExpression, TextVerdict, Verdict } from './condition.ts'
export { toDynamic } from './dynamic-value.ts'
export { createEnvironment } from './environment.ts'
export type { Environment, Library, Program } from './environment.ts'
export { resultType } from './expression.ts'
export type { CheckedExpression } from './expression.ts'
export { ExpressionError } from './syntax/issues.ts'
export { readMetadataCondition } from './metadata-condition.ts'
export type { MetadataCondition, MetadataOperand } from './metadata-condition.ts'
export { isOpaque, opaque, textOf } from './opaque.ts'
export { optionalNone, optionalOf } from './optional-value.ts'
export {
  bool,
  bytes,
  double,
  duration,
  dyn,
  int,
  isExactType,
  libraryObject,
  listOf,
  mapOf,
  nullType,
  objectOf,
  optionalOfType,
  string,
  timestamp,
} from './types/cel-type.ts'
export type { CelType } from './types/cel-type.ts'
export { structOf } from './struct-value.ts'
export { compilePattern, type Pattern } from './pattern.ts'
