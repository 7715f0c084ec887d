export {
  type AdmissionService,
  declareWebhooks,
  keepWebhookConfiguration,
  webhookConfigurationName,
} from './admission/keep-webhook-configuration.ts'
export { setupAdmission } from './admission/setup-admission.ts'
export { setupOperator, type OperatorOptions } from './setup-operator.ts'
export { setupVersions } from './setup-versions.ts'
export { optionalKinds } from './optional-kinds.ts'
export { adminRules, editRules, viewRules } from './people-rules.ts'
export {
  admissionClusterRules,
  admissionRules,
  gatewayRules,
  operatorRules,
  type PolicyRule,
} from './rbac.ts'
