/** `io.k8s.api.apps.v1.Deployment` is `Deployment` of the module `apps/v1`. */
interface SchemaName {
  readonly module: string
  readonly name: string
}

/** The parts of a schema's full name: its package's last two, which are group and version. */
export function schemaName(full: string): SchemaName {
  const [name = '', version = '', group = ''] = full.split('.').toReversed()
  return { module: `${group}/${version}`, name }
}

/** What the module is called where all are named together: `appsV1`. */
export function moduleIdentifier(module: string): string {
  return module.replace(/\/(.)/, (_, first: string) => first.toUpperCase())
}
