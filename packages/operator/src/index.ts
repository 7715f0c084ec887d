export { setupOperator, type OperatorOptions } from './setup-operator.ts'
export { operatorRules, type PolicyRule } from './rbac.ts'
