// Starts the Android page.
(function () {
    function element(id) {
        return document.getElementById(id);
    }

    Bridge.on("prefs", function (prefs) {
        element("sharing").className = prefs.enabled ? "on" : "off";
        element("sharing").textContent = prefs.enabled ? strings.on : strings.off;
        Bridge.send("RequestCurrentPayload");
    });
    Bridge.on("payload", function (text) {
        var payload = typeof text === "string" ? JSON.parse(text) : text;
        element("sessions").textContent = Data.count(payload, "normal");
        element("crashes").textContent = Data.count(payload, "abnormal");
    });
    Touch.tap(element("settings"), function () {
        Bridge.send("ShowSettings");
    });
    Bridge.listen();
    Bridge.send("RequestCurrentPrefs");
}());
