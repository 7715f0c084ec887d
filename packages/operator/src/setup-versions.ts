import { kindVersions } from '@fairlead/api'
import type { Logger } from '@fairlead/base'
import { type Manager, StorageMigrator } from '@fairlead/controller-runtime'

interface VersionsOptions {
  /** Whether the manager answers the API server's questions for conversions. */
  readonly converts: boolean
  readonly logger: Logger
}

/**
 * Adds to a manager that has not started what the versions of our kinds need: the conversion of
 * objects from one to another, and, on the replica that leads, the migration of what is stored in a
 * former version.
 */
export function setupVersions(
  manager: Pick<Manager, 'add' | 'client' | 'webhooks'>,
  { converts, logger }: VersionsOptions,
): void {
  if (converts) {
    for (const kind of kindVersions) {
      if (kind.crd.spec.conversion?.strategy === 'Webhook') manager.webhooks.converts(kind)
    }
  }
  const { client } = manager
  manager.add(new StorageMigrator({ client, kinds: kindVersions, logger, writesPerSecond: 100 }))
}
