export {
  type AdmissionService,
  keepWebhookConfiguration,
  webhookConfigurationName,
} from './admission/keep-webhook-configuration.ts'
export { setupAdmission } from './admission/setup-admission.ts'
export { setupOperator, type OperatorOptions } from './setup-operator.ts'
export { optionalKinds } from './optional-kinds.ts'
export { editRules, viewRules } from './people-rules.ts'
export { admissionRules, gatewayRules, operatorRules, type PolicyRule } from './rbac.ts'
