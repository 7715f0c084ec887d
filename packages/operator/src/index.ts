export { setupOperator, type OperatorOptions } from './setup-operator.ts'
export { changesConfiguration } from './relevant-change.ts'
export { operatorRules, type PolicyRule } from './rbac.ts'
