export { setupOperator, type OperatorOptions } from './setup-operator.ts'
export { optionalKinds } from './optional-kinds.ts'
export { editRules, viewRules } from './people-rules.ts'
export { gatewayRules, operatorRules, type PolicyRule } from './rbac.ts'
