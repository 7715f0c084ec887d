export { setupOperator, type OperatorOptions } from './setup-operator.ts'
export { gatewayRules, operatorRules, type PolicyRule } from './rbac.ts'
