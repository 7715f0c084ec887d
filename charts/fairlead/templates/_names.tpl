{{- define "fairlead.operator" -}}
{{ .Release.Name | trunc 50 | trimSuffix "-" }}-operator
{{- end }}

{{- define "fairlead.selector" -}}
app.kubernetes.io/name: fairlead-operator
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "fairlead.labels" -}}
{{ include "fairlead.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{- define "fairlead.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}
{{ .repository }}@{{ .digest }}
{{- else -}}
{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}
{{- end -}}
{{- end -}}
{{- end }}

{{- define "fairlead.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "fairlead.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}

{{- define "fairlead.removal" -}}
{{ .Release.Name | trunc 40 | trimSuffix "-" }}-gateway-removal
{{- end }}

{{- /* Of what removes the gateway: a list of the root and the weight among helm's hooks. */ -}}
{{- define "fairlead.removalMetadata" -}}
{{- $root := index . 0 -}}
name: {{ include "fairlead.removal" $root }}
namespace: {{ $root.Release.Namespace }}
labels:
  app.kubernetes.io/name: fairlead-gateway-removal
  app.kubernetes.io/instance: {{ $root.Release.Name }}
annotations:
  helm.sh/hook: pre-delete
  helm.sh/hook-weight: {{ index . 1 | quote }}
  helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
{{- end }}
