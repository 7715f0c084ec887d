export type {
  ClusterObjectMeta,
  Condition,
  FieldsV1,
  GroupVersionKind,
  GroupVersionResource,
  KubernetesList,
  KubernetesObject,
  ListMeta,
  ManagedFieldsEntry,
  NamespacedObjectMeta,
  ObjectMeta,
  OwnerReference,
  TypedObject,
} from './object.ts'
export {
  apiVersionOf,
  parseApiVersion,
  qualifiedKind,
  qualifiedResource,
  resourcePath,
  untyped,
} from './resource-type.ts'
export type { ResourceType } from './resource-type.ts'
export {
  ConfigMap,
  CoreEvent,
  CustomResourceDefinition,
  Deployment,
  Event,
  Lease,
  Namespace,
  Secret,
  Service,
  ServiceAccount,
} from './built-in-types.ts'
export type { ObjectReference } from './built-in-types.ts'
export { isBase64, secretText, storedSecretData } from './secret-data.ts'
export { isStatus } from './status.ts'
export type { Status, StatusCause, StatusDetails } from './status.ts'
export {
  StatusError,
  errors,
  isAlreadyExists,
  isBadRequest,
  isConflict,
  isExpired,
  isForbidden,
  isInternalError,
  isInvalid,
  isNotFound,
  isServiceUnavailable,
  isTimeout,
  isTooManyRequests,
  isUnauthorized,
} from './status-error.ts'
export {
  duplicateField,
  fieldErrorBody,
  fieldErrorCause,
  fieldErrorMessage,
  forbiddenField,
  invalidField,
  requiredField,
  supportedValues,
  tooLongField,
  tooManyItems,
  unsupportedField,
} from './field-error.ts'
export { joinFieldErrors } from './told-field-errors.ts'
export type { FieldError, FieldErrorType } from './field-error.ts'
export { goFormat } from './go-format.ts'
export { goQuote } from './go-quote.ts'
export { GoSyntax, goStringMap, goStrings } from './go-syntax.ts'
export {
  checkDns1035Label,
  checkDnsLabel,
  checkDnsSubdomain,
  checkLabelKey,
  checkLabelValue,
  checkPathSegment,
} from './metadata/names.ts'
export {
  checkName,
  foregroundDeletionFinalizer,
  orphanFinalizer,
  validateAnnotations,
  validateLabels,
  validateObjectMeta,
  validateObjectMetaUpdate,
} from './metadata/validate-object-meta.ts'
export type { NameRule, ObjectMetaRules } from './metadata/validate-object-meta.ts'
export { validateFieldManager } from './metadata/validate-field-manager.ts'
export { generateName, nameGenerationAttemptsMax } from './metadata/generate-name.ts'
export { compareResourceVersion } from './resource-version.ts'
export { labelSelectorFrom, parseLabelSelector } from './selector/label-selector.ts'
export type {
  LabelSelector,
  LabelSelectorExpression,
  LabelSelectorSpec,
} from './selector/label-selector.ts'
export type { LabelOperator, LabelRequirement } from './selector/label-requirement.ts'
export { escapeFieldValue, parseFieldSelector } from './selector/field-selector.ts'
export type { FieldRequirement, FieldSelector } from './selector/field-selector.ts'
export { applyJsonPatch, JsonPatchTestError, jsonPatchOperationsMax } from './patch/json-patch.ts'
export { createJsonPatch } from './patch/create-json-patch.ts'
export type { JsonPatchOperation } from './patch/create-json-patch.ts'
export { applyMergePatch, createMergePatch } from './patch/merge-patch.ts'
export { applyStrategicMergePatch } from './patch/strategic-merge-patch.ts'
export { mergeConfiguration, MergeConfigurationError } from './apply/merge-configuration.ts'
export { serverSideApply } from './apply/server-side-apply.ts'
export type { ApplyRequest } from './apply/server-side-apply.ts'
export { trackUpdate } from './apply/track-update.ts'
export type { UpdateRequest } from './apply/track-update.ts'
export type { FieldPath } from './apply/field-path.ts'
export { compareQuantity, formatQuantity, parseQuantity } from './quantity.ts'
export type { Quantity } from './quantity.ts'
export { isTimeZone, parseCronSchedule } from './cron-schedule.ts'
export { nextMoment } from './next-moment.ts'
export type { CronMoments, CronSchedule } from './cron-schedule.ts'
export { formatGoDuration, parseGoDuration } from './go-duration.ts'
export { canonicalQuantity } from './canonical-quantity.ts'
export { copyJson, copyUnfrozen } from './copy-json.ts'
export { deepEqual } from './deep-equal.ts'
export { deepFreeze } from './deep-freeze.ts'

export type { DeepReadonly } from './deep-readonly.ts'
export type {
  ExternalDocumentation,
  StructuralSchema,
  ValidationRule,
} from './schema/structural-schema.ts'
export { checkStructural } from './schema/check-structural.ts'
export { hasUnknownFields, pruneUnknownFields } from './schema/prune.ts'
export { applyDefaults } from './schema/defaults.ts'
export { withDefaults } from './schema/with-defaults.ts'
export { validateSchema } from './schema/validate.ts'
export type { ValidateOptions } from './schema/schema-validator.ts'
export { SchemaValidator } from './schema/schema-validator.ts'
export { compileRules } from './cel/compile-rules.ts'
export type { RuleSet } from './cel/compile-rules.ts'
export { evaluateRules } from './cel/evaluate-rules.ts'
export { AdmissionExpressions } from './cel/admission-expressions.ts'
export type {
  AdmissionEvaluation,
  AdmissionOutcome,
  AdmissionVariables,
} from './cel/admission-expressions.ts'
export type { TypeCheckedKind } from './cel/type-check.ts'
export type { AdmissionCompiler, AdmissionExpression } from './cel/admission-compiler.ts'
export type { AccessAnswer, AccessQuestion } from './cel/libraries/authorizer.ts'
export { apiApproval } from './crd/api-approval.ts'
export { defaultCustomResourceDefinition } from './crd/custom-resource-definition.ts'
export type {
  CustomResourceConversion,
  CustomResourceDefinitionObject,
  CustomResourceNames,
  CustomResourceVersion,
  PrinterColumn,
  ScaleSubresource,
} from './crd/custom-resource-definition.ts'
export {
  validateCustomResourceDefinition,
  validateCustomResourceDefinitionStatus,
} from './crd/validate-definition.ts'
export type { Defaulted, DefaultedFields } from './crd/defaulted.ts'
export { defineResource } from './crd/define-resource.ts'
export type { DefinedResource, Resource, ResourceDeclaration } from './crd/define-resource.ts'
export { conditionsSchema } from './crd/conditions-schema.ts'
export { jsonSchema } from './crd/json-schema.ts'
export type { JsonSchema, StandardJsonSchema } from './crd/json-schema.ts'
export {
  atLeastOneOf,
  atMostOneOf,
  exactlyOneOf,
  immutable,
  immutableOnceSet,
} from './crd/field-rules.ts'
export { defineVersions } from './versions/define-versions.ts'
export type {
  DefinedVersions,
  ResourceVersions,
  VersionsDeclaration,
} from './versions/define-versions.ts'
export type { Converted, ObjectOf, VersionConversion } from './versions/version-conversion.ts'
export { checkRoundTrips } from './versions/check-round-trips.ts'
export type { RoundTripOptions } from './versions/check-round-trips.ts'
export { RoundTripError } from './versions/round-trip-error.ts'
export type { FailedRoundTrip } from './versions/round-trip-error.ts'
export type { ConvertibleKind } from './versions/convertible-kind.ts'
export type { Difference } from './versions/difference.ts'
export { SampleError } from './samples/sample-error.ts'
export { carriedFields } from './versions/carried-fields.ts'
export type { CarriedFields } from './versions/carried-fields.ts'
export { containsAddress, formatIp, maskedAddress, parseCidr, parseIp } from './cel/ip-address.ts'
export type { Cidr, IpAddress } from './cel/ip-address.ts'
export { microTimestamp, timestamp } from './timestamp.ts'
export { objectMetaFields } from './object-meta-fields.ts'
