// What Firefox answers when a page of FHR asks it for something.
document.addEventListener("RemoteHealthReportCommand", (event) => {
    const answers = {
        RequestCurrentPrefs: { type: "prefs", content: { enabled: true } },
        RequestCurrentPayload: { type: "payload", content: PAYLOAD },
        RequestCurrentEnvironment: { type: "telemetry-current-environment-data", content: {} },
        RequestTelemetryPingList: { type: "telemetry-ping-list", content: [] },
    };
    const answer = answers[event.detail.command];
    if (answer) {
        window.postMessage(answer, "*");
    }
});
