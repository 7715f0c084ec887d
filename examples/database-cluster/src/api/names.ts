/** How the kind is named, in every version. */
export const names = {
  group: 'databases.example.com',
  kind: 'DatabaseCluster',
  plural: 'databaseclusters',
  shortNames: ['dbc'],
  description: 'A database with replicas, a password, and a backup before it goes.',
  printColumns: [
    { name: 'Phase', type: 'string', jsonPath: '.status.phase' },
    { name: 'Ready', type: 'integer', jsonPath: '.status.readyReplicas' },
    { name: 'Endpoint', type: 'string', jsonPath: '.status.endpoint' },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  ],
} as const
