import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startApiServer, type ApiServer } from '@fairlead/apiserver'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { kubectlFor, type Kubectl } from './support/kubectl.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

/**
 * One command, the exit code that it has on a cluster, what it prints on either stream, and what it
 * reads.
 */
type Step = readonly [command: string, code: number, prints: RegExp, input?: object]

const map = (value: string) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'applied' },
  data: { key: value },
})
const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-1' } }
const role = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'Role',
  metadata: { name: 'reconciled', namespace: 'default' },
  rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
}

// Every command of kubectl's reference (kubernetes.io/docs/reference/kubectl/generated), in sessions
// on one server. Those that need a kubelet fail as they do where no node answers.
const sessions: Readonly<Record<string, readonly Step[]>> = {
  'what there is': [
    ['version', 0, /Server Version: v1\.32\./],
    ['cluster-info', 0, /Kubernetes control plane.* is running at/],
    ['api-versions', 0, /^apps\/v1$/m],
    ['api-resources --api-group=apps', 0, /^deployments +deploy +apps\/v1 +true +Deployment$/m],
    ['explain deployment.spec.replicas', 0, /FIELD: replicas <integer>/],
    ['explain pods --recursive', 0, /containers\t<\[\]Container> -required-/],
    ['get --raw /readyz', 0, /^ok/],
    ['options', 0, /The following options can be passed to any command/],
    ['completion bash', 0, /bash completion/],
    ['plugin list', 1, /unable to find any kubectl plugins/],
    ['config current-context', 0, /fairlead/],
    ['config view --minify', 0, /certificate-authority-data: DATA\+OMITTED/],
    ['get nonsense', 1, /the server doesn't have a resource type "nonsense"/],
  ],
  'what is made': [
    ['create namespace team', 0, /namespace\/team created/],
    ['create configmap settings --from-literal=key=value', 0, /configmap\/settings created/],
    ['create configmap settings', 1, /configmaps "settings" already exists/],
    ['create secret generic password --from-literal=key=value', 0, /secret\/password created/],
    ['create secret docker-registry pull --docker-username=u --docker-password=p', 0, /created/],
    ['create serviceaccount robot', 0, /serviceaccount\/robot created/],
    ['create token robot', 0, /^\S+\.\S+\.\S+$/],
    ['create role reader --verb=get --resource=pods', 0, /reader created/],
    ['create rolebinding reader --role=reader --serviceaccount=default:robot', 0, /created/],
    ['create clusterrole viewer --verb=list --resource=nodes', 0, /viewer created/],
    ['create clusterrolebinding viewer --clusterrole=viewer --user=jane', 0, /created/],
    ['create quota limits --hard=pods=10', 0, /resourcequota\/limits created/],
    ['create priorityclass high --value=1000', 0, /priorityclass.*high created/],
    ['create poddisruptionbudget web --selector=app=web --min-available=1', 0, /created/],
    ['create deployment web --image=example.com/web:1', 0, /deployment.apps\/web created/],
    ['create job once --image=example.com/job:1', 0, /job.batch\/once created/],
    ['create cronjob nightly --image=example.com/job:1 --schedule=@daily', 0, /created/],
    ['create job tonight --from=cronjob/nightly', 0, /job.batch\/tonight created/],
    ['create ingress web --rule=example.com/*=web:80', 0, /ingress.*web created/],
    ['create service clusterip web --tcp=80:8080', 0, /service\/web created/],
    ['create service nodeport open --tcp=80', 0, /service\/open created/],
    ['create service loadbalancer wide --tcp=80', 0, /service\/wide created/],
    ['create service externalname far --external-name=example.com', 0, /service\/far created/],
    ['run single --image=example.com/web:1 --restart=Never', 0, /pod\/single created/],
    ['run never --image=example.com/web:1 --dry-run=server', 0, /created \(server dry run\)/],
    ['get all', 0, /deployment.apps\/web/],
  ],
  'what is changed': [
    ['label deployment web tier=front', 0, /deployment.apps\/web labeled/],
    ['label deployment web tier=back', 1, /'tier' already has a value/],
    ['annotate deployment web note=hello', 0, /annotated/],
    ['set image deployment/web web=example.com/web:2', 0, /image updated/],
    ['set env deployment/web KEY=value', 0, /env updated/],
    ['set resources deployment/web --limits=cpu=1', 0, /resource requirements updated/],
    ['set serviceaccount deployment/web robot', 0, /serviceaccount updated/],
    ['set selector service web app=web', 0, /selector updated/],
    ['set subject rolebinding reader --user=jane', 0, /subjects updated/],
    ['scale deployment web --replicas=3', 0, /deployment.apps\/web scaled/],
    [
      'scale deployment web --replicas=4 --current-replicas=1',
      1,
      /Expected replicas to be 1, was 3/,
    ],
    ['autoscale deployment web --max=5', 0, /horizontalpodautoscaler.autoscaling\/web autoscaled/],
    ['expose deployment web --name=exposed --port=80', 0, /service\/exposed exposed/],
    ['patch deployment web -p {"spec":{"paused":false}}', 0, /patched/],
    ['rollout pause deployment web', 0, /paused/],
    ['rollout restart deployment web', 1, /can't restart paused deployment/],
    ['rollout resume deployment web', 0, /resumed/],
    ['rollout restart deployment web', 0, /restarted/],
    ['rollout history deployment web', 0, /deployment.apps\/web/],
    ['rollout undo deployment web', 1, /no rollout history found/],
    ['rollout status deployment web --watch=false', 0, /Waiting for deployment/],
    ['get deployment web -o jsonpath={.spec.replicas}', 0, /^3$/],
    ['wait deployment web --for=jsonpath={.spec.replicas}=3 --timeout=5s', 0, /condition met/],
    ['wait deployment web --for=condition=Nothing --timeout=1s', 1, /timed out waiting/],
    ['describe deployment web', 0, /StrategyType: +RollingUpdate/],
    ['describe pod single', 0, /Image: +example.com\/web:1/],
    ['events', 0, /No events found|LAST SEEN/],
  ],
  'what is applied': [
    ['apply -f -', 0, /configmap\/applied created/, map('one')],
    ['apply -f -', 0, /configmap\/applied unchanged/, map('one')],
    ['diff -f -', 0, /^$/, map('one')],
    ['diff -f -', 1, /\+ {2}key: two/, map('two')],
    ['apply -f -', 0, /configmap\/applied configured/, map('two')],
    ['apply view-last-applied configmap applied', 0, /key: two/],
    ['apply set-last-applied -f -', 0, /configured|configmap\/applied/, map('three')],
    ['replace -f -', 0, /configmap\/applied replaced/, map('four')],
    ['apply --server-side -f -', 1, /conflict/, map('five')],
    ['apply --server-side --force-conflicts -f -', 0, /serverside-applied/, map('five')],
    ['get -f - -o name', 0, /^configmap\/applied$/m, map('five')],
    ['delete -f -', 0, /"applied" deleted/, map('five')],
    ['auth reconcile -f -', 0, /reconciled/, role],
  ],
  'what a node is told': [
    ['apply -f -', 0, /node\/node-1 created/, node],
    ['cordon node-1', 0, /cordoned/],
    ['uncordon node-1', 0, /uncordoned/],
    ['taint node node-1 key=value:NoSchedule', 0, /tainted/],
    ['drain node-1', 0, /drained/],
    ['describe node node-1', 0, /key=value:NoSchedule/],
    ['delete node node-1', 0, /deleted/],
  ],
  'who may what': [
    ['auth whoami', 0, /admin/],
    ['auth can-i create pods', 0, /^yes/],
    ['auth can-i create pods --as=jane', 1, /^no/],
    ['get pods --as=jane', 1, /User "jane" cannot list resource "pods"/],
  ],
  'what needs a kubelet': [
    // Nothing has run before a pod has a node.
    ['logs single', 0, /^$/],
    ['exec single -- true', 1, /[Ee]rror/],
    ['attach single', 1, /[Ee]rror/],
    ['port-forward single 18080:80', 1, /[Ee]rror/],
    ['cp single:/etc/hosts /dev/null', 1, /[Ee]rror/],
    ['top pods', 1, /Metrics API not available/],
    ['top nodes', 1, /Metrics API not available/],
  ],
  'what is removed': [
    ['delete service web open wide far exposed', 0, /service "exposed" deleted/],
    ['delete configmap nothing', 1, /configmaps "nothing" not found/],
    ['delete configmap nothing --ignore-not-found', 0, /^$/],
    ['delete job --all', 0, /job.batch "once" deleted/],
    ['delete deployment web --cascade=orphan', 0, /"web" deleted/],
    ['delete pod single --force --grace-period=0', 0, /force deleted/],
    ['delete namespace team', 0, /namespace "team" deleted/],
  ],
}

describe("kubectl's reference", () => {
  const folder = temporaryFolder()
  let server: ApiServer
  let kubectl: Kubectl

  beforeAll(async () => {
    server = await startApiServer()
    const kubeconfig = join(folder.path, 'kubeconfig')
    writeFileSync(kubeconfig, server.kubeconfig(), { mode: 0o600 })
    kubectl = kubectlFor(kubeconfig)
  })

  afterAll(async () => {
    kubectl.dispose()
    await server.stop()
    folder[Symbol.dispose]()
  })

  it.each(Object.entries(sessions))(
    '%s',
    async (_name, steps) => {
      const wrong: string[] = []
      for (const [command, code, prints, input] of steps) {
        const result = await kubectl.run(command.split(' '), input && JSON.stringify(input))
        const printed = result.stdout + result.stderr
        if (result.code !== code || !prints.test(printed)) {
          wrong.push(`kubectl ${command} ended with ${result.code}:\n${printed.slice(0, 600)}`)
        }
      }
      expect(wrong).toEqual([])
    },
    120_000,
  )
})
