// Figures of an Android payload, whose days hold one object for each environment.
var Data = {
    each: function (payload, measurement, visit) {
        var days = payload.data.days;
        Object.keys(days).forEach(function (date) {
            Object.keys(days[date]).forEach(function (hash) {
                var found = days[date][hash][measurement];
                if (found) {
                    visit(found);
                }
            });
        });
    },
    count: function (payload, kind) {
        var total = 0;
        this.each(payload, "org.mozilla.appSessions", function (sessions) {
            total += (sessions[kind] || []).length;
        });
        return total;
    }
};
