export { keyOf, keyText } from './object-key.ts'
export type { KeyOf, NamespaceOf, ObjectKey } from './object-key.ts'
export type { ApplyOf } from './apply-of.ts'
export type { CreateOf } from './create-of.ts'
export type { DeepReadonly } from './deep-readonly.ts'

export { KubeConfigError, fixedCredentials } from './kube-config/kube-config.ts'
export type {
  Credentials,
  CredentialSource,
  Impersonation,
  KubeConfig,
  ServerTls,
} from './kube-config/kube-config.ts'
export { kubeConfigPath, loadKubeConfig } from './kube-config/load-kube-config.ts'
export type { KubeConfigSource } from './kube-config/load-kube-config.ts'

export type {
  ApplyOptions,
  CallOptions,
  Client,
  Connection,
  ConnectOptions,
  DeleteAllOfOptions,
  DeleteOptions,
  Deletion,
  ListOptions,
  Patch,
  Query,
  Reader,
  StreamOptions,
  SubresourceClient,
  SubresourceWriter,
  WatchEvent,
  WatchOptions,
  WriteOptions,
} from './client/client.ts'
export type { SubresourceForm } from './client/subresource-form.ts'
export { createClient } from './client/create-client.ts'
export type { ClientOptions } from './client/create-client.ts'
export { createOrPatch, createOrUpdate } from './client/create-or-update.ts'
export type { Operation, OperationResult } from './client/create-or-update.ts'
export { mergeFrom } from './client/merge-from.ts'
export type { MergeFromOptions } from './client/merge-from.ts'
export { evict } from './client/pod-eviction.ts'
export type { EvictOptions } from './client/pod-eviction.ts'
export { bind } from './client/pod-binding.ts'
export { createToken } from './client/service-account-token.ts'
export type { ServiceAccountToken, TokenOptions } from './client/service-account-token.ts'
export { withFieldOwner } from './client/with-field-owner.ts'
export { withFieldValidation } from './client/with-field-validation.ts'
export { dryRunClient } from './client/dry-run-client.ts'
export { namespacedClient } from './client/namespaced-client.ts'
export { interceptedClient } from './client/intercepted-client.ts'
export type { Interceptors } from './client/intercepted-client.ts'
export { attach, exec } from './streaming/exec.ts'
export type { AttachOptions, ExecOptions } from './streaming/exec.ts'
export { execOutput } from './streaming/exec-output.ts'
export type { ExecOutputOptions } from './streaming/exec-output.ts'
export { CommandExitError } from './streaming/command-exit-error.ts'
export type { CommandStreams, TerminalSize } from './streaming/remote-command.ts'
export { podLogBytes, podLogs } from './streaming/pod-logs.ts'
export type { PodLogOptions } from './streaming/pod-logs.ts'
export { connectToPod } from './streaming/pod-connection.ts'
export { portForward } from './streaming/port-forward.ts'
export type { PortForward, PortForwardOptions } from './streaming/port-forward.ts'
export { WebSocketError } from './websocket/web-socket-error.ts'
export { retryOnConflict } from './client/retry-on-conflict.ts'
export type { RetryOnConflictOptions } from './client/retry-on-conflict.ts'
export type { RequestRateOptions } from './client/request-rate.ts'
export { logEachOnce } from './client/server-warnings.ts'
export type { ServerWarning, WarningHandler } from './client/server-warnings.ts'
export { fencedClient } from './client/fenced-client.ts'
export type { WriteFence } from './client/write-fence.ts'
export { ConnectionError } from './client/connection-error.ts'
export { WatchStreamError } from './client/line-splitter.ts'

export { formatBindAddress, parseBindAddress } from './serving/bind-address.ts'
export type { BindAddress } from './serving/bind-address.ts'
export { CertificateFiles } from './serving/certificate-files.ts'
export type { CertificateFilesOptions } from './serving/certificate-files.ts'
export { fixedCertificate } from './serving/certificate-source.ts'
export type { CertificateSource, ServingCertificate } from './serving/certificate-source.ts'
export { notFound, textAnswer } from './serving/http-handler.ts'
export type { HttpAnswer, HttpHandler, HttpRequest } from './serving/http-handler.ts'
export type { HealthServerOptions } from './serving/health-server.ts'
export { HttpServer } from './serving/http-server.ts'
export type { HttpServerOptions, ServingTls } from './serving/http-server.ts'
export type { ManagerServers, ManagerServersOptions } from './serving/manager-servers.ts'
export type { MetricsServerOptions } from './serving/metrics-server.ts'
export type { ProfilingServerOptions } from './serving/profiling-server.ts'
export { AccessReviews } from './serving/access-reviews.ts'
export { withAuthenticationAndAuthorization } from './serving/request-filter.ts'
export type { RequestFilter } from './serving/request-filter.ts'
export type { CertificateDirectory, ServingOptions } from './serving/serving-options.ts'
export { BodyTooLargeError } from './serving/request-body.ts'
export { metadataOnly } from './metadata-only.ts'
export type { PartialObjectMetadata } from './metadata-only.ts'

export type { Informer, InformerHandler, InformerScope } from './informer/informer.ts'
export { SharedInformer } from './informer/shared-informer.ts'
export type { InformerOptions } from './informer/shared-informer.ts'
export { stripManagedFields } from './informer/managed-fields.ts'
export type { IndexFunction } from './informer/store.ts'

export { NamespaceNotCachedError } from './informer/namespace-not-cached-error.ts'
export { InformerCache } from './cache/cache.ts'
export type {
  Cache,
  CachedInformer,
  CacheOptions,
  CacheScope,
  InformerLease,
} from './cache/cache.ts'
export { CacheNotStartedError, KindNotCachedError } from './cache/cache-errors.ts'
export { allNamespaces, kindSettings } from './cache/cache-settings.ts'
export type {
  CacheSettings,
  KindSettings,
  NamespaceSettings,
  SelectorSettings,
  SettingsOfKind,
} from './cache/cache-settings.ts'
export type { CacheListOptions } from './cache/select-objects.ts'
export { OwnWrites } from './cache/own-writes.ts'
export { rememberingClient } from './cache/remembering-client.ts'

export { ExponentialBackoff } from './queue/rate-limiter.ts'
export type { ExponentialBackoffOptions, RateLimiter } from './queue/rate-limiter.ts'
export { BucketLimiter } from './queue/bucket-limiter.ts'
export type { BucketLimiterOptions } from './queue/bucket-limiter.ts'
export { FastSlowLimiter } from './queue/fast-slow-limiter.ts'
export type { FastSlowLimiterOptions } from './queue/fast-slow-limiter.ts'
export { MaxOfLimiter } from './queue/max-of-limiter.ts'
export type { Ageing } from './queue/ready-entries.ts'
export { WorkQueue } from './queue/work-queue.ts'
export type {
  AddOptions,
  Enqueuer,
  HeldItem,
  Queue,
  QueuedItem,
  QueueLease,
  WorkQueueOptions,
} from './queue/work-queue.ts'
export type { Cause, Trigger } from './queue/trigger.ts'
export { queueMetrics } from './queue/queue-metrics.ts'
export type { QueueMetrics } from './queue/queue-metrics.ts'

export { Cluster } from './cluster/cluster.ts'
export type { ClusterOptions } from './cluster/cluster.ts'
export { ClusterNotFoundError } from './cluster/clusters.ts'
export type { ClusterSelector } from './cluster/clusters.ts'
export { KubeconfigSecrets } from './cluster/kubeconfig-secrets.ts'
export type { KubeconfigSecretsOptions } from './cluster/kubeconfig-secrets.ts'

export { asReconciler } from './controller/as-reconciler.ts'
export { requestKey, TerminalError } from './controller/reconcile.ts'
export type {
  Reconcile,
  ReconcileContext,
  Request,
  RequestOf,
  Result,
} from './controller/reconcile.ts'

export { describeExplanation, explainResponse } from './explain/explain-response.ts'
export type { ExplainResponse } from './explain/explain-response.ts'
export type { ExplainRequest, Explanation, NextRun } from './explain/explanation.ts'
export type { Run, RunOutcome } from './explain/run.ts'

export type {
  CreateEvent,
  DeleteEvent,
  EventContext,
  GenericEvent,
  UpdateEvent,
} from './controller/event.ts'
export {
  and,
  annotationChanged,
  generationChanged,
  labelChanged,
  labelsMatch,
  not,
  objectMatches,
  or,
  resourceVersionChanged,
} from './controller/predicate.ts'
export type { Predicate } from './controller/predicate.ts'
export { forObject, forOwner, fromMapFunction } from './controller/event-handler.ts'
export type { EventHandler, ForOwnerOptions, MapToRequests } from './controller/event-handler.ts'
export { inSpan } from './tracing/in-span.ts'
export type { SpanDescription } from './tracing/in-span.ts'
export { tracedClient } from './tracing/traced-client.ts'
export type { Span, SpanAttributes, Tracer } from './tracing/tracer.ts'
export { everySource } from './controller/every-source.ts'
export { functionSource } from './controller/function-source.ts'
export { pollingSource } from './controller/polling-source.ts'
export type { PollingSourceOptions } from './controller/polling-source.ts'
export { ChannelSource } from './controller/channel-source.ts'
export { kindSource } from './controller/kind-source.ts'
export type { KindSourceOptions } from './controller/kind-source.ts'
export { ObjectSource } from './controller/object-source.ts'
export { informerSource } from './controller/informer-source.ts'
export type { Source } from './controller/source.ts'
export type { SourceContext } from './controller/source-context.ts'
export { Controller } from './controller/controller.ts'
export type { ControllerEnvironment } from './controller/controller.ts'
export type { ControllerDescription, WatchedKind } from './controller/controller-description.ts'
export type { ControllerWork } from './controller/controller-work.ts'
export type { ControllerDefaults, ControllerOptions } from './controller/controller-options.ts'
export { ControllerBuilder, controllerBuilder } from './controller/controller-builder.ts'
export type { WatchConditions } from './controller/controller-builder.ts'

export { allOf } from './webhook/admission-handler.ts'
export type { AdmissionHandler } from './webhook/admission-handler.ts'
export type {
  AdmissionOperation,
  AdmissionRequest,
  AdmissionUser,
} from './webhook/admission-request.ts'
export { AdmissionDeniedError, allowed, denied, patched } from './webhook/admission-response.ts'
export type { AdmissionResponse } from './webhook/admission-response.ts'
export { conversionDefinitions } from './webhook/conversion-definitions.ts'
export type { ConvertedKind } from './webhook/conversion-review.ts'
export type { Defaulter } from './webhook/defaulting-handler.ts'
export type {
  RegisteredAdmission,
  RegisteredConversion,
  RegisteredWebhook,
  WebhookOptions,
  WebhookRule,
} from './webhook/registered-webhook.ts'
export { userMay } from './webhook/user-may.ts'
export type { Validation, Validator } from './webhook/validating-handler.ts'
export { WebhookBuilder, webhookBuilder } from './webhook/webhook-builder.ts'
export type { ValidatorOptions, WebhookHost } from './webhook/webhook-builder.ts'
export { configurationNamesWith, webhookConfigurations } from './webhook/webhook-configurations.ts'
export type {
  WebhookConfigurationOptions,
  WebhookConfigurations,
  WebhookService,
} from './webhook/webhook-configurations.ts'
export { webhookEndpoint } from './webhook/webhook-endpoint.ts'
export { WebhookRegistry } from './webhook/webhook-registry.ts'
export type {
  ReviewOptions,
  WebhookAnswer,
  WebhookRegistryOptions,
} from './webhook/webhook-registry.ts'
export { WebhookServer } from './webhook/webhook-server.ts'
export type {
  ProvisionedCertificates,
  WebhookServerContext,
  WebhookServerOptions,
} from './webhook/webhook-server.ts'
export type { CertificateLifetimes } from './certificates/certificate-lifetimes.ts'
export { ForeignSecretError } from './certificates/certificate-secret.ts'
export type { SecretName } from './certificates/certificate-secret.ts'
export type { ProvisionOptions } from './certificates/provisioned-certificate.ts'
export type { WebhookMetrics } from './metrics/webhook-metrics.ts'

export { managerRules } from './rbac/manager-rules.ts'
export type { DescribedManager, ManagerRules, ManagerRulesOptions } from './rbac/manager-rules.ts'
export { mergeRules } from './policy-rules.ts'
export type { Verb } from './policy-rules.ts'
export { Manager } from './manager/manager.ts'
export { OfflineError } from './manager/offline-config.ts'
export type { AddedClusterOptions, ManagerOptions, ManagerState } from './manager/manager.ts'
export { OperatorBuilder, operator } from './operator/operator-builder.ts'
export type { Operator, OperatorOptions } from './operator/operator-builder.ts'
export type { PlannedAction } from './operator/plan-operator.ts'
export type { ChildOf } from './operator/child-of.ts'
export type { ChildOptions, OperatorContext } from './operator/child-declaration.ts'
export type { ChildState, ObservedChild } from './operator/observed-child.ts'
export type { OwnerState } from './operator/operator-declaration.ts'
export { readinessOf } from './operator/readiness.ts'
export type { Readiness } from './operator/readiness.ts'
export { FlagError } from './program/flag.ts'
export type { Flag, Flags, FlagValues } from './program/flag.ts'
export type { ProgramManagerOptions } from './program/program-options.ts'
export { runOperator } from './program/run-operator.ts'
export type { OperatorProgram } from './program/run-operator.ts'
export { runnable } from './runnable.ts'
export type { Runnable } from './runnable.ts'
export { LeaderElectionLostError } from './leader-election/leader-election-lost-error.ts'
export type { Election } from './leader-election/election.ts'
export type {
  ElectionLock,
  ElectionRecord,
  LockCallOptions,
  StoredRecord,
} from './leader-election/election-lock.ts'
export type { ElectionMeter } from './leader-election/election-meter.ts'
export type { ElectionTimingOptions } from './leader-election/election-timing.ts'
export { LeaderElector } from './leader-election/leader-elector.ts'
export type { LeaderElectorOptions } from './leader-election/leader-elector.ts'
export { LeaseLock } from './leader-election/lease-lock.ts'
export type { LeaseLockOptions } from './leader-election/lease-lock.ts'
export type { LeaderElectionOptions } from './leader-election/open-election.ts'
export { SharedDeadline } from './leader-election/shared-deadline.ts'

export { migrateStorage } from './storage-migration/migrate-storage.ts'
export type {
  StorageMigration,
  StorageMigrationOptions,
  StorageMigrationProgress,
} from './storage-migration/migrate-storage.ts'
export { StorageMigrationError } from './storage-migration/storage-migration-error.ts'
export type { RefusedObject } from './storage-migration/storage-migration-error.ts'
export { StorageMigrator } from './storage-migration/storage-migrator.ts'
export type { StorageMigratorOptions } from './storage-migration/storage-migrator.ts'
export type { MigratedKind } from './storage-migration/stored-definition.ts'

export { EventRecorder } from './events/event-recorder.ts'
export type { EventRecorderOptions } from './events/event-recorder.ts'
export type { RecordedEvent } from './events/recorded-event.ts'
export { createMetrics } from './metrics/metrics.ts'
export type { Metrics } from './metrics/metrics.ts'
export { probeResponse } from './probes/probe-response.ts'
export type {
  HealthCheck,
  HealthChecks,
  ProbeChecks,
  ProbeResponse,
} from './probes/probe-response.ts'

export {
  AlreadyOwnedError,
  controllerOf,
  controllerReference,
  ownerReference,
  removeOwnerReference,
  setControllerReference,
  setOwnerReference,
} from './owner-reference.ts'
export { hasFinalizer, isBeingDeleted, withFinalizer, withoutFinalizer } from './finalizer.ts'
export { Finalizers } from './finalizers.ts'
export type { Finalized, Finalizer, FinalizeResult } from './finalizers.ts'
export { findCondition, isConditionTrue, setCondition } from './condition.ts'
