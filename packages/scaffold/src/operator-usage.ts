/** What `--help` prints. */
export const operatorUsage = `fairlead operator: projects of operators in TypeScript

Usage
  fairlead operator init [DIRECTORY] [--domain DOMAIN] [--name NAME]
  fairlead operator create api --group GROUP --version VERSION --kind KIND
  fairlead operator create webhook --group GROUP --version VERSION --kind KIND
  fairlead operator manifests [--check]

Without one of these words, fairlead operator runs the control plane of Fairlead itself.

init begins a project. create api adds a kind, its controller and a test; of a kind that is there it
adds a version. create webhook adds what the API server asks about a kind. manifests writes CRDs,
permissions, Deployment, webhooks and a Helm chart from what src/operator.ts declares.

Flags
  --domain DOMAIN       what the groups of the project end with (default example.com)
  --name NAME           of the project (default the name of its directory)
  --group GROUP         the part before the domain; without it, the group is the domain
  --version VERSION     such as v1alpha1 or v1
  --kind KIND           in PascalCase, such as DatabaseCluster
  --plural PLURAL       where English forms another one
  --namespaced BOOL     whether objects of the kind are in namespaces (default true)
  --defaulting          the webhook sets defaults
  --programmatic-validation
                        the webhook judges objects
  --conversion          the webhook converts versions
  --check               write nothing; exit with 1 and say so if a file would change
  --force               overwrite files that are there
`
